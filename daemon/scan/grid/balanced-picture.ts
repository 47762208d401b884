import type { FlatPicture } from './flat-picture.ts';

/** What a point is against its surroundings: about −64 where dark, 64 where light, 0 where neither. */
export type Balanced = Int16Array;

/** What a light or dark module comes to where the picture is plain. */
export const FULL = 64;
const MOST = 96;

/** How many modules the surroundings reach around a module. */
const AROUND = 3;
/** Grey levels that a difference has to be for it not to be noise. */
const LEAST_CONTRAST = 3;

/**
 * Weighs each point of a flat picture against the mean and the contrast of the modules around it, so that shadows,
 * glare and a screen's gradient drop out. Both are taken by the module, for they change slowly.
 */
export class Balancer {
  #mean = new Float32Array(0);
  #contrast = new Float32Array(0);
  #sums = new Float32Array(0);

  /** Writes the balanced picture into `into`. */
  balance(flat: FlatPicture, into: Balanced): void {
    const { data, side, scale } = flat;
    const modules = side / scale;
    if (this.#mean.length < modules * modules) {
      this.#mean = new Float32Array(modules * modules);
      this.#contrast = new Float32Array(modules * modules);
      this.#sums = new Float32Array(modules * modules);
    }
    this.#blockMeans(flat, modules, undefined, this.#mean);
    this.#spread(modules, this.#mean);
    this.#blockMeans(flat, modules, this.#mean, this.#contrast);
    this.#spread(modules, this.#contrast);
    for (let y = 0; y < side; y++) {
      const row = Math.floor(y / scale) * modules;
      const [above, below] = [y > 0 ? -side : 0, y < side - 1 ? side : 0];
      for (let column = 0, x = 0; column < modules; column++) {
        const mean = this.#mean[row + column] as number;
        const factor = FULL / Math.max(LEAST_CONTRAST, this.#contrast[row + column] as number);
        for (let n = 0; n < scale; n++, x++) {
          const i = y * side + x;
          // A module's middle and not one pixel of it: noise is halved.
          const left = x > 0 ? data[i - 1] as number : data[i] as number;
          const right = x < side - 1 ? data[i + 1] as number : data[i] as number;
          const near = ((data[i] as number) * 4 + left + right + (data[i + above] as number) + (data[i + below] as number)) / 8;
          const value = (near - mean) * factor;
          into[i] = value > MOST ? MOST : value < -MOST ? -MOST : value;
        }
      }
    }
  }

  /** Of each module the mean, or with `around` the mean distance from it. */
  #blockMeans({ data, side, scale }: FlatPicture, modules: number, around: Float32Array | undefined, into: Float32Array): void {
    for (let row = 0, m = 0; row < modules; row++) {
      for (let column = 0; column < modules; column++, m++) {
        const mean = around ? around[m] as number : 0;
        let sum = 0;
        for (let y = 0; y < scale; y++) {
          const start = (row * scale + y) * side + column * scale;
          for (let x = 0; x < scale; x++) {
            const off = (data[start + x] as number) - mean;
            sum += off < 0 ? -off : off;
          }
        }
        into[m] = sum / (scale * scale);
      }
    }
  }

  /** Puts the mean of the square around it in each place. */
  #spread(modules: number, values: Float32Array): void {
    boxRows(values, this.#sums, modules, 1, modules);
    boxRows(this.#sums, values, modules, modules, 1);
  }
}

/** The mean of `2 * AROUND + 1` neighbours along one direction; fewer at the ends. */
function boxRows(from: Float32Array, to: Float32Array, count: number, along: number, across: number): void {
  for (let line = 0; line < count; line++) {
    let [sum, n] = [0, 0];
    const at = line * across;
    for (let i = 0; i < Math.min(AROUND, count); i++, n++) sum += from[at + i * along] as number;
    for (let i = 0; i < count; i++) {
      if (i + AROUND < count) { sum += from[at + (i + AROUND) * along] as number; n++; }
      if (i - AROUND - 1 >= 0) { sum -= from[at + (i - AROUND - 1) * along] as number; n--; }
      to[at + i * along] = sum / n;
    }
  }
}
