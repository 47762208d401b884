import type { CodeSeen, Quad } from '../base/frame.ts';
import { LookDesk } from './look-desk.ts';
import { looks } from './looks.ts';
import { LookTurn } from './look-turn.ts';
import { isNoisy } from './noise.ts';
import { isAmong } from './same-place.ts';
import { Zxing } from './zxing.ts';
import type { Reading } from './zxing.ts';

/** As long as someone holds a code who does not see the door open. */
const SIGHTED_FRAMES = 15;
/** Fitting a grid, for each pixel that is drawn of it. */
const MS_PER_GRID_PIXEL = 20e-6;

/** What was found in one picture. */
export interface Found {
  /** Those of an extra look carry its name. */
  codes: CodeSeen[];
  /** Where codes are that could not be read. */
  unread: Quad[];
}

/** How extra looks at frames are paid for. */
export interface FrameBudget {
  /** What they may cost a frame on average, milliseconds; 0: none are made. */
  extraLookMs: number;
  /** Monotonic milliseconds, to see what a look costs on this machine; absent: each costs what the table says, so that the same frames are looked at alike. */
  nowMs?: () => number;
}

/** Finds QR codes in luma pictures, one at a time, on the thread that calls it. Owns one wasm memory and every buffer. */
export class CodeFinder {
  readonly #zxing: Zxing;
  readonly #desk: LookDesk;
  readonly #turn: LookTurn;
  readonly #nowMs: (() => number) | undefined;
  /** Codes that are light on dark are rare, and of a frame another one comes: they are looked for in every second. */
  #invertsNext = true;
  /** The look that read something in the frame before, for a second sighting: what only a look has read needs a witness. */
  #toConfirm: number | undefined;
  /** For so many frames more a code is taken to be in sight that the plain pass has not seen. */
  #sightedFrames = 0;

  private constructor(zxing: Zxing, { extraLookMs, nowMs }: FrameBudget) {
    this.#nowMs = nowMs;
    this.#zxing = zxing;
    this.#desk = new LookDesk(zxing);
    this.#turn = new LookTurn(looks, extraLookMs);
  }

  /** Without a budget `findInFrame` makes no extra looks. */
  static async open(budget: FrameBudget = { extraLookMs: 0 }): Promise<CodeFinder> {
    return new CodeFinder(await Zxing.open(), budget);
  }

  /** Room for the `length` bytes of a picture inside wasm memory; good until the next call of anything here. */
  room(length: number): Uint8Array {
    return this.#zxing.room('picture', length);
  }

  /** What the plain pass reads in the picture that `room` was filled with. */
  find(width: number, height: number): CodeSeen[] {
    return this.findPlainly(width, height).codes;
  }

  /** The plain pass, with the codes that it sees and cannot read. */
  findPlainly(width: number, height: number): Found {
    const { codes, unread } = this.#zxing.read('picture', width, height, 'plain');
    return { codes, unread };
  }

  /**
   * The plain pass, and where it leaves something unread, one extra look if its turn and the budget allow it: for frames
   * of which more come.
   */
  findInFrame(width: number, height: number): Found {
    const plain = this.#zxing.read('picture', width, height, this.#invertsNext ? 'plain' : 'darkOnLight');
    this.#invertsNext = !this.#invertsNext;
    if (plain.codes.length > 0 && plain.unread.length === 0) return plain;
    this.#sightedFrames = Math.max(0, this.#sightedFrames - 1);
    const confirming = this.#toConfirm;
    this.#toConfirm = undefined;
    const inTurn = this.#turn.next({
      pixels: width * height, hasOutline: plain.unread.length > 0, isInSight: plain.unread.length > 0 || this.#sightedFrames > 0,
      isNoisy: isNoisy({ data: this.room(width * height), width, height }),
    });
    const index = confirming ?? inTurn;
    if (index === undefined) return plain;
    const startedMs = this.#nowMs?.();
    const gridPixels = this.#desk.gridPixels;
    const extra = this.look(index, width, height, plain.unread);
    const nominalMs = this.#turn.costMs(index, width * height) + (this.#desk.gridPixels - gridPixels) * MS_PER_GRID_PIXEL;
    if (extra.codes.length + extra.unread.length > 0) this.sighted();
    if (extra.codes.length > 0 && confirming === undefined) this.#toConfirm = index;
    this.#turn.took(index, width * height, startedMs === undefined ? nominalMs : (this.#nowMs?.() ?? 0) - startedMs);
    return merged(plain, extra);
  }

  /** Takes that something in the frame looks like a code, so that the next ones are looked at for it. */
  sighted(): void {
    this.#sightedFrames = SIGHTED_FRAMES;
  }

  /** One extra look, by its index in `looks`; for one that needs outlines and is given none the plain pass is made again. */
  look(index: number, width: number, height: number, outlines?: readonly Quad[]): Found {
    const look = looks[index];
    if (!look || !(width > 0 && height > 0)) return { codes: [], unread: [] };
    this.#desk.lay(width, height);
    const from = outlines ?? (look.needsOutline ? this.findPlainly(width, height).unread : []);
    if (look.needsOutline && from.length === 0) return { codes: [], unread: [] };
    return marked(look.run(this.#desk, from), look.name);
  }
}

function marked({ codes, unread }: Reading, look: string): Found {
  return { codes: codes.map((code) => ({ ...code, look })), unread };
}

/** What two looks at one picture found together; a code that both read is the earlier one's. */
export function merged(first: Found, second: Found): Found {
  const codes = [...first.codes, ...second.codes.filter(({ text, quad }) => !first.codes.some((code) => code.text === text && isAmong(quad, [code.quad])))];
  const read = codes.map(({ quad }) => quad);
  const unread = [...first.unread, ...second.unread.filter((quad) => !isAmong(quad, first.unread))];
  return { codes, unread: unread.filter((quad) => !isAmong(quad, read)) };
}
