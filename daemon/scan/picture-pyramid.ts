import { roomFor } from '../base/grey-picture.ts';
import type { GreyPicture } from '../base/grey-picture.ts';
import { halve } from '../base/halving.ts';

/** A picture this small has no smaller copy. Pixels. */
const LEAST_SIDE = 120;
const MOST_LEVELS = 4;

/** A picture and its halves, each made when it is first asked for. Owns their memory. */
export class PicturePyramid {
  readonly #rooms: Uint8Array<ArrayBuffer>[] = [];
  #levels: GreyPicture[] = [];

  /** Begins with another picture; its memory is not copied and must stay as it is while the pyramid is used. */
  build(picture: GreyPicture): void {
    this.#levels = [picture];
  }

  /** The picture's own bytes have moved. */
  replace(data: Uint8Array): void {
    this.#levels[0] = { ...this.level(0), data };
  }

  /** How many levels there are. */
  get depth(): number {
    const { width, height } = this.level(0);
    let depth = 1;
    while (depth < MOST_LEVELS && Math.min(width, height) >> (depth - 1) > LEAST_SIDE) depth++;
    return depth;
  }

  /** The picture at a half to the power of `level` of its size. */
  level(level: number): GreyPicture {
    const known = this.#levels[level];
    if (known) return known;
    if (level === 0) throw new Error('no picture was given to the pyramid');
    const above = this.level(level - 1);
    const room = roomFor(this.#rooms[level] ?? new Uint8Array(0), (above.width >> 1) * (above.height >> 1));
    this.#rooms[level] = room;
    return this.#levels[level] = halve(above, room);
  }
}
