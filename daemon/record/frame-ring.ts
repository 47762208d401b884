import type { Frame, Quad } from '../base/frame.ts';

export interface FrameRingOptions {
  /** One frame is kept in so many milliseconds … */
  everyMs: number;
  /** … for so long … */
  spanMs: number;
  /** … and in no more memory than this [S9]. */
  maxBytes: number;
}

/** A code that was read in some frame: where, and in a picture of which size. */
export interface Sighting {
  atMs: number;
  quad: Quad;
  width: number;
  height: number;
}

/** A frame with the codes read in it and around it. */
export interface KeptFrame {
  frame: Frame;
  codes: Quad[];
}

/** A camera gives some 15 frames a second, a frame at most a few codes. */
const MAX_SIGHTINGS = 256;

/** The last seconds in front of the door, in memory: few frames, but all the places where codes were read. */
export class FrameRing {
  readonly #o: FrameRingOptions;
  readonly #kept: KeptFrame[] = [];
  readonly #sightings: Sighting[] = [];
  #bytes = 0;

  constructor(options: FrameRingOptions) {
    this.#o = options;
  }

  /** Takes each frame that was looked at, in their order. */
  remember(frame: Frame, codes: Quad[]): void {
    const oldestMs = frame.arrivedMs - this.#o.spanMs;
    for (const quad of codes) this.#sightings.push({ atMs: frame.arrivedMs, quad, width: frame.width, height: frame.height });
    while (this.#sightings.length > MAX_SIGHTINGS || (this.#sightings[0]?.atMs ?? Infinity) < oldestMs) this.#sightings.shift();

    const last = this.#kept.at(-1)?.frame.arrivedMs ?? -Infinity;
    // A short exposure shows a screen and nobody who holds it.
    if (!frame.isShort && frame.arrivedMs - last >= this.#o.everyMs) this.#keep({ frame: lean(frame), codes });
    while ((this.#kept[0]?.frame.arrivedMs ?? Infinity) < oldestMs || this.#bytes > this.#o.maxBytes) this.#drop();
  }

  /** The kept frame that arrived nearest to `atMs`, among those before `beforeMs`. */
  nearest(atMs: number, beforeMs: number): KeptFrame | undefined {
    const distance = ({ frame }: KeptFrame): number => Math.abs(frame.arrivedMs - atMs);
    return this.#kept.filter(({ frame }) => frame.arrivedMs < beforeMs).reduce<KeptFrame | undefined>(
      (best, kept) => (best && distance(best) <= distance(kept) ? best : kept), undefined);
  }

  get newest(): KeptFrame | undefined {
    return this.#kept.at(-1);
  }

  /** Where codes were read within `withinMs` of a frame, in others than that one; the nearest in time first. */
  sightingsAround({ arrivedMs }: Frame, withinMs: number): Sighting[] {
    const distance = ({ atMs }: Sighting): number => Math.abs(atMs - arrivedMs);
    return this.#sightings.filter((sighting) => distance(sighting) > 0 && distance(sighting) <= withinMs).sort((a, b) => distance(a) - distance(b));
  }

  #keep(kept: KeptFrame): void {
    this.#kept.push(kept);
    this.#bytes += bytesOf(kept.frame);
  }

  #drop(): void {
    const dropped = this.#kept.shift();
    if (dropped) this.#bytes -= bytesOf(dropped.frame);
  }
}

/** The frame in its smallest form: as the camera compressed it, if it did. */
export function lean({ luma, chroma, ...frame }: Frame): Frame {
  return frame.jpeg || !luma ? frame : { ...frame, luma, ...(chroma && { chroma }) };
}

function bytesOf(frame: Frame): number {
  return (frame.jpeg?.byteLength ?? 0) + (frame.luma?.byteLength ?? 0) + (frame.chroma?.byteLength ?? 0);
}
