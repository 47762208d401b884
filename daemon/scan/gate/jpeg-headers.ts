import { BlockSteps } from './block-steps.ts';
import { HuffmanTable } from './huffman-table.ts';

export interface JpegComponent {
  id: number;
  /** Blocks of it in a unit (MCU), across and down. */
  across: number;
  down: number;
  quantizer: number;
  steps: BlockSteps;
}

/** What stands before the compressed picture. */
export interface JpegHeaders {
  width: number;
  height: number;
  /** In the order in which their blocks come. */
  components: JpegComponent[];
  /** Units between two restart markers; 0: there are none. */
  restartEvery: number;
  /** Of the first component: what its DC differences are multiplied by. */
  dcStep: number;
  /** Where the compressed picture begins. */
  at: number;
}

const SOF0 = 0xc0, SOF1 = 0xc1, DHT = 0xc4, SOS = 0xda, DQT = 0xdb, DRI = 0xdd;
/** Other frame headers (ITU-T T.81, table B.1): progressive, lossless, arithmetic. DHT, JPG and DAC are among their numbers. */
const isOtherFrame = (marker: number): boolean => marker > SOF1 && marker <= 0xcf && ![DHT, 0xc8, 0xcc].includes(marker);
/** Pairs of tables: twice as many as a JPEG can have components. */
const KEPT_PAIRS = 8;

type Unresolved = Omit<JpegComponent, 'steps'>;
/** By class and number as they stand in a DHT: a table as its counts and values there (B.2.4.2), each byte a character. */
type Tables = Map<number, string>;

/** Reads headers of one camera's pictures, which are nearly always the same: what follows from their tables is kept. */
export class JpegHeaderReader {
  readonly #pairs = new Map<string, BlockSteps>();

  /** Of a sequential Huffman-coded JPEG with all components in one scan (ITU-T T.81, B.2); undefined for any other, and for one that is damaged. */
  read(jpeg: Uint8Array): JpegHeaders | undefined {
    const huffman: Tables = new Map();
    const steps = new Map<number, number>();
    let frame: { width: number; height: number; components: Unresolved[] } | undefined;
    let restartEvery = 0;
    for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff;) {
      const marker = jpeg[at + 1] as number;
      const body = jpeg.subarray(at + 4, at + 2 + word(jpeg, at + 2));
      at += 2 + word(jpeg, at + 2);
      if (at > jpeg.length || isOtherFrame(marker)) return undefined;
      if (marker === DQT) readSteps(body, steps);
      else if (marker === DHT) readTables(body, huffman);
      else if (marker === DRI) restartEvery = word(body, 0);
      else if (marker === SOF0 || marker === SOF1) frame = frameOf(body);
      else if (marker === SOS) {
        const components = frame && componentsOf(body, frame.components, huffman, (dc, ac) => this.#stepsFor(dc, ac));
        const dcStep = steps.get(components?.[0]?.quantizer ?? -1);
        return frame && components && dcStep !== undefined ? { width: frame.width, height: frame.height, components, restartEvery, dcStep, at } : undefined;
      }
    }
    return undefined;
  }

  #stepsFor(dc: string, ac: string): BlockSteps {
    const kept = this.#pairs.get(dc + ac);
    if (kept) return kept;
    const steps = new BlockSteps(tableOf(dc), tableOf(ac));
    if (this.#pairs.size >= KEPT_PAIRS) this.#pairs.clear();
    this.#pairs.set(dc + ac, steps);
    return steps;
  }
}

function readTables(body: Uint8Array, into: Tables): void {
  for (let at = 0; at + 17 <= body.length;) {
    const end = at + 17 + body.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    if (end > body.length) return;
    into.set(body[at] as number, Buffer.from(body.subarray(at + 1, end)).toString('latin1'));
    at = end;
  }
}

function tableOf(table: string): HuffmanTable {
  const bytes = Buffer.from(table, 'latin1');
  return new HuffmanTable(bytes.subarray(0, 16), bytes.subarray(16));
}

/** The DC step of each quantization table (B.2.4.1): the first number of each. */
function readSteps(body: Uint8Array, into: Map<number, number>): void {
  for (let at = 0; at < body.length;) {
    const isWide = (body[at] as number) >> 4 === 1;
    into.set((body[at] as number) & 15, isWide ? word(body, at + 1) : body[at + 1] as number);
    at += isWide ? 129 : 65;
  }
}

/** B.2.2; undefined unless it has 8 bits, a size, and components that a unit can hold. */
function frameOf(body: Uint8Array): { width: number; height: number; components: Unresolved[] } | undefined {
  const [height, width, count] = [word(body, 1), word(body, 3), body[5] ?? 0];
  if (body[0] !== 8 || width === 0 || height === 0 || count < 1 || count > 4 || body.length < 6 + 3 * count) return undefined;
  const components = Array.from({ length: count }, (_, i): Unresolved => {
    const [id, sampling, quantizer] = body.subarray(6 + 3 * i, 9 + 3 * i) as unknown as [number, number, number];
    return { id, across: sampling >> 4, down: sampling & 15, quantizer };
  });
  const first = components[0] as Unresolved;
  const fits = components.every(({ across, down }) => across >= 1 && across <= first.across && down >= 1 && down <= first.down);
  return fits && first.across <= 4 && first.down <= 4 ? { width, height, components } : undefined;
}

/** B.2.3; undefined unless all components are there, in their order, with their tables. */
function componentsOf(body: Uint8Array, known: Unresolved[], huffman: Tables, stepsFor: (dc: string, ac: string) => BlockSteps): JpegComponent[] | undefined {
  if (body[0] !== known.length) return undefined;
  const found = known.flatMap((component, i) => {
    const tables = body[2 + 2 * i] ?? 0;
    const [dc, ac] = [huffman.get(tables >> 4), huffman.get(0x10 | (tables & 15))];
    return body[1 + 2 * i] === component.id && dc !== undefined && ac !== undefined ? [{ ...component, steps: stepsFor(dc, ac) }] : [];
  });
  if (found.length !== known.length) return undefined;
  // The blocks of a single component come one by one, whatever its sampling (A.2.2).
  return found.length === 1 ? found.map((component) => ({ ...component, across: 1, down: 1 })) : found;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
