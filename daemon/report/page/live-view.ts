import type { Clock, Timer } from '../../base/clock.ts';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { Frame, Quad } from '../../base/frame.ts';
import type { Pixels } from '../../base/pixels.ts';
import { hintText, type HintReason } from '../../base/scan-hint.ts';
import type { LiveFrame, LiveQuiet } from './api.ts';
import { measuresOf } from './picture-measures.ts';

/** What one look at a frame came to, as far as the live view tells it. */
export interface LookSeen {
  codes: readonly { quad: Quad }[];
  located: readonly { quad: Quad; modulePx: number }[];
  glimpsed?: { quad: Quad };
  /** Why the gate kept the picture from the decoder. */
  gated?: string;
  /** The picture, small and in colour, where it had to be decompressed for the look. */
  small?: Pixels;
  /** The picture could not be looked at: nobody knows what is in it, so it is not shown [S7]. */
  problem?: string;
}

/** Where a code was seen in a neighbouring frame. */
export interface LiveSighting {
  atMs: number;
  quad: Quad;
  width: number;
  height: number;
}

/** A small picture with no readable code in it, and its luma. */
export interface DevelopedPicture {
  jpeg: Buffer;
  luma: Uint8Array;
  width: number;
  height: number;
}

export interface LiveViewOptions {
  /** [S7] Pixelates `codes`, and what was seen around, before anything is encoded. Writes into `small`, if it is there. Rejects with PosternError. */
  develop: (frame: Frame, codes: Quad[], sightings: LiveSighting[], small: Pixels | undefined) => Promise<DevelopedPicture>;
  hint: () => { reason: HintReason } | undefined;
  clock: Clock;
}

export type LiveMessage = { event: 'frame'; data: LiveFrame } | { event: 'quiet'; data: LiveQuiet };

interface Waiting {
  frame: Frame;
  seen: LookSeen;
}

/** Five pictures a second, of whatever rate the camera has … */
const EVERY_MS = 190;
/** … half as many of what shows nothing new, for which a JPEG is decompressed for the page alone … */
const STILL_EVERY_MS = 390;
/** … each so much later than it was taken, so that where a code is read just after is known, too. */
const DELAY_MS = 300;
const SIGHTINGS_WITHIN_MS = 400;
/** [S9] */
const MOST_WAITING = 3;
const MOST_SIGHTINGS = 64;
const QUIET_AFTER_MS = 2_000;
const MOST_LOOKERS = 4;

/** What the camera sees, for whoever aims it. While nobody looks it keeps no picture and costs nothing. */
export class LiveView {
  readonly #o: LiveViewOptions;
  readonly #lookers = new Set<(message: LiveMessage) => void>();
  #waiting: Waiting[] = [];
  #sightings: LiveSighting[] = [];
  #takenMs = -Infinity;
  #seq = 0;
  #isDeveloping = false;
  #quiet: Timer | undefined;
  #newest: { width: number; height: number; atMs: number } | undefined;

  constructor(options: LiveViewOptions) {
    this.#o = options;
  }

  /** The newest picture of the camera, whether somebody looks or not. */
  get camera(): { width: number; height: number; atMs: number } | undefined {
    return this.#newest;
  }

  get isFull(): boolean {
    return this.#lookers.size >= MOST_LOOKERS;
  }

  /** Tells each picture to `looker` until the function it returns is called. */
  look(looker: (message: LiveMessage) => void): () => void {
    this.#lookers.add(looker);
    this.#quietLater();
    return () => {
      this.#lookers.delete(looker);
      if (this.#lookers.size === 0) this.#forget();
    };
  }

  /** Whether a picture will be made of the frame, if it can be looked at. */
  wants(frame: Frame): boolean {
    return this.#isDue(frame, EVERY_MS);
  }

  /** Takes every frame that was looked at; returns at once. */
  see(frame: Frame, seen: LookSeen): void {
    const { width, height, arrivedMs } = frame;
    this.#newest = { width, height, atMs: Math.floor(this.#o.clock.wallMs()) };
    if (this.#lookers.size === 0) return;
    this.#remember(frame, seen);
    if (seen.problem === undefined && this.#isDue(frame, seen.gated === undefined ? EVERY_MS : STILL_EVERY_MS)) {
      this.#takenMs = arrivedMs;
      this.#waiting = [...this.#waiting, { frame, seen }].slice(-MOST_WAITING);
    }
    const [oldest] = this.#waiting;
    if (oldest && !this.#isDeveloping && arrivedMs - oldest.frame.arrivedMs >= DELAY_MS) {
      this.#waiting.shift();
      void this.#develop(oldest);
    }
  }

  stop(): void {
    this.#lookers.clear();
    this.#forget();
  }

  #isDue({ arrivedMs, isShort }: Frame, everyMs: number): boolean {
    return this.#lookers.size > 0 && !isShort && arrivedMs - this.#takenMs >= everyMs;
  }

  #remember({ arrivedMs: atMs, width, height }: Frame, seen: LookSeen): void {
    for (const quad of quadsOf(seen)) this.#sightings.push({ atMs, quad, width, height });
    this.#sightings = this.#sightings.filter((sighting) => atMs - sighting.atMs <= SIGHTINGS_WITHIN_MS + DELAY_MS + EVERY_MS).slice(-MOST_SIGHTINGS);
  }

  async #develop({ frame, seen }: Waiting): Promise<void> {
    this.#isDeveloping = true;
    try {
      const picture = await this.#o.develop(frame, quadsOf(seen), this.#sightingsAround(frame), seen.small);
      this.#tell({ event: 'frame', data: this.#frameOf(frame, seen, picture) });
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#tell({ event: 'quiet', data: { atMs: this.#wallMs(), message: `This picture is not shown: ${messageOf(thrown)}` } });
    } finally {
      this.#isDeveloping = false;
    }
  }

  #frameOf(frame: Frame, seen: LookSeen, { jpeg, luma, width, height }: DevelopedPicture): LiveFrame {
    const hint = this.#o.hint();
    const outline = (quad: Quad, read: boolean): LiveFrame['outlines'][number] =>
      ({ read, corners: quad.map(({ x, y }): [number, number] => [Math.round((x * width) / frame.width), Math.round((y * height) / frame.height)]) });
    const modulePx = Math.max(0, ...seen.located.map((located) => located.modulePx));
    return {
      seq: ++this.#seq, atMs: this.#wallMs() - Math.round(this.#o.clock.monotonicMs() - frame.arrivedMs), width, height, jpeg: jpeg.toString('base64'),
      outlines: [...seen.codes.map(({ quad }) => outline(quad, true)), ...seen.located.map(({ quad }) => outline(quad, false))],
      ...(hint && { hint: { reason: hint.reason, text: hintText[hint.reason] } }),
      measures: { ...measuresOf(luma, width, height), ...(modulePx > 0 && { modulePx: Math.round(modulePx * 10) / 10 }) },
    };
  }

  /** The nearest in time first. */
  #sightingsAround({ arrivedMs }: Frame): LiveSighting[] {
    const distance = ({ atMs }: LiveSighting): number => Math.abs(atMs - arrivedMs);
    return this.#sightings.filter((sighting) => distance(sighting) > 0 && distance(sighting) <= SIGHTINGS_WITHIN_MS).sort((a, b) => distance(a) - distance(b));
  }

  #tell(message: LiveMessage): void {
    for (const looker of this.#lookers) looker(message);
    this.#quietLater();
  }

  /** An old picture must not be taken for a present one. */
  #quietLater(): void {
    this.#quiet?.cancel();
    if (this.#lookers.size === 0) return;
    this.#quiet = this.#o.clock.after(QUIET_AFTER_MS, () => this.#tell({ event: 'quiet', data: { atMs: this.#wallMs(), message: 'The camera gives no pictures just now.' } }));
  }

  #forget(): void {
    this.#quiet?.cancel();
    this.#waiting = [];
    this.#sightings = [];
    this.#takenMs = -Infinity;
  }

  #wallMs(): number {
    return Math.floor(this.#o.clock.wallMs());
  }
}

function quadsOf({ codes, located, glimpsed }: LookSeen): Quad[] {
  return [...codes, ...located, ...(glimpsed ? [glimpsed] : [])].map(({ quad }) => quad);
}
