import type { GreyPicture } from '../base/grey-picture.ts';

export interface LocalThreshold {
  /** The mean is taken over a square reaching so many pixels from its middle. */
  reachPx: number;
  /** A pixel is dark when it is darker than the mean by more than this share of it. */
  below: number;
}

/**
 * Writes `dark` for each pixel that is darker than what is around it, `light` for the others (after Bradley and Roth, "Adaptive
 * Thresholding Using the Integral Image", 2007; with running sums, which need one row of memory instead of a picture).
 */
export class LocalThresholder {
  #columns = new Int32Array(0);

  threshold({ data, width, height }: GreyPicture, { reachPx, below }: LocalThreshold, into: Uint8Array, { dark, light } = { dark: 1, light: 0 }): void {
    if (this.#columns.length < width) this.#columns = new Int32Array(width);
    const columns = this.#columns.fill(0);
    const keep = 1 - below;
    const [across, down] = [Math.min(reachPx, width - 1), Math.min(reachPx, height - 1)];
    for (let y = 0; y < Math.min(down, height); y++) addRow(columns, data, y * width, width);
    let rows = down;
    for (let y = 0; y < height; y++) {
      if (y + down < height) { addRow(columns, data, (y + down) * width, width); rows++; }
      if (y - down - 1 >= 0) { subtractRow(columns, data, (y - down - 1) * width, width); rows--; }
      this.#thresholdRow(data, into, y * width, width, across, keep / rows, dark, light);
    }
  }

  #thresholdRow(data: Uint8Array, into: Uint8Array, start: number, width: number, reach: number, factor: number, dark: number, light: number): void {
    const columns = this.#columns;
    let sum = 0;
    let count = Math.min(reach, width);
    for (let x = 0; x < count; x++) sum += columns[x] as number;
    for (let x = 0; x < width; x++) {
      if (x + reach < width) { sum += columns[x + reach] as number; count++; }
      if (x - reach - 1 >= 0) { sum -= columns[x - reach - 1] as number; count--; }
      into[start + x] = (data[start + x] as number) * count < sum * factor ? dark : light;
    }
  }
}

function addRow(columns: Int32Array, data: Uint8Array, start: number, width: number): void {
  for (let x = 0; x < width; x++) columns[x] = (columns[x] as number) + (data[start + x] as number);
}

function subtractRow(columns: Int32Array, data: Uint8Array, start: number, width: number): void {
  for (let x = 0; x < width; x++) columns[x] = (columns[x] as number) - (data[start + x] as number);
}
