import type { FlatPicture } from './flat-picture.ts';

/** What a module's middle is against its surroundings: about −64 for dark to 64 for light, 0 for neither. */
export type Balanced = Int16Array;

/** What a light or dark module comes to where the picture is plain. */
export const FULL = 64;
const MOST = 96;

/** Modules that the surroundings reach from a module's middle. */
const AROUND = 3.5;
/** Grey levels that a difference has to be for it not to be noise. */
const LEAST_CONTRAST = 3;

/** Weighs each point of a flat picture against its surroundings, so that shadows, glare and screens' gradients drop out. */
export class Balancer {
  #sums = new Uint32Array(0);
  #mean = new Int16Array(0);

  /** Writes into `into`; `sharpen` (0 to 1) takes away what blur let over from the neighbouring modules. */
  balance({ data, side, scale }: FlatPicture, into: Balanced, sharpen = 0): void {
    const area = side * side;
    if (this.#mean.length < area) {
      this.#mean = new Int16Array(area);
      this.#sums = new Uint32Array((side + 1) * (side + 1) * 2);
    }
    const mean = this.#mean;
    const reach = Math.round(AROUND * scale);
    this.#integrate(side, (i) => data[i] as number);
    this.#boxMeans(side, reach, 16, mean);
    this.#boxMeans(side, Math.max(1, Math.round(scale / 5)), 16, into);
    if (sharpen > 0) {
      const wide = new Int16Array(area);
      this.#boxMeans(side, scale, 16, wide);
      for (let i = 0; i < area; i++) into[i] = (into[i] as number) * (1 + sharpen) - (wide[i] as number) * sharpen;
    }
    this.#integrate(side, (i) => Math.abs((data[i] as number) * 16 - (mean[i] as number)) >> 4);
    for (let i = 0; i < area; i++) into[i] = (into[i] as number) - (mean[i] as number);
    this.#boxMeans(side, reach, 16, mean);
    for (let i = 0; i < area; i++) {
      const value = (FULL * (into[i] as number)) / Math.max(LEAST_CONTRAST * 16, mean[i] as number);
      into[i] = value > MOST ? MOST : value < -MOST ? -MOST : value;
    }
  }

  /** Summed areas with a row and a column of zeros before them. */
  #integrate(side: number, valueAt: (i: number) => number): void {
    const sums = this.#sums;
    const stride = side + 1;
    sums.fill(0, 0, stride);
    for (let y = 0; y < side; y++) {
      let row = 0;
      sums[(y + 1) * stride] = 0;
      for (let x = 0; x < side; x++) {
        row += valueAt(y * side + x);
        sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] as number) + row;
      }
    }
  }

  #boxMeans(side: number, reach: number, times: number, into: Int16Array): void {
    const sums = this.#sums;
    const stride = side + 1;
    for (let y = 0; y < side; y++) {
      const [top, bottom] = [Math.max(0, y - reach) * stride, Math.min(side, y + reach + 1) * stride];
      for (let x = 0; x < side; x++) {
        const [left, right] = [Math.max(0, x - reach), Math.min(side, x + reach + 1)];
        const sum = (sums[bottom + right] as number) - (sums[top + right] as number) - (sums[bottom + left] as number) + (sums[top + left] as number);
        into[y * side + x] = (sum * times) / ((right - left) * ((bottom - top) / stride));
      }
    }
  }
}
