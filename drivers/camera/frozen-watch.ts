import type { Picture } from './picture-source.ts';

/**
 * Tells a picture that stands still from a view in which nothing moves: a sensor's noise never gives the same bytes twice.
 * Comparing costs next to nothing, for two pictures differ in their first bytes or are the same.
 *
 * It outlives a try, so that a camera that goes on showing the same picture after it was started again stays frozen
 * and does not come and go.
 */
export class FrozenWatch {
  readonly #afterMs: number;
  #last: Picture | undefined;
  #sinceMs = 0;
  #frozen = false;

  /** 0: never. */
  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  /** Takes each picture. `began` is told once; while `frozen`, the picture is not to be delivered. */
  see(picture: Picture, nowMs: number): 'moves' | 'began' | 'frozen' {
    if (this.#afterMs === 0) return 'moves';
    if (!this.#last || !isSame(picture, this.#last)) {
      this.#last = picture;
      this.#sinceMs = nowMs;
      this.#frozen = false;
      return 'moves';
    }
    if (this.#frozen) return 'frozen';
    if (nowMs - this.#sinceMs < this.#afterMs) return 'moves';
    this.#frozen = true;
    return 'began';
  }

  /** Time in which no picture came is not time in which the same one came. */
  paused(nowMs: number): void {
    this.#sinceMs = nowMs;
  }
}

function isSame(a: Picture, b: Picture): boolean {
  return a.width === b.width && a.height === b.height && sameBytes(a.jpeg, b.jpeg) && sameBytes(a.luma, b.luma);
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);
}
