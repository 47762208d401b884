import type { GreyPicture } from '../base/grey-picture.ts';

/** Writes the mean of the three by three pixels around each into `into`: a third of the noise is left, and of a module of three pixels its middle. The edge stays as it is. */
export function smooth({ data, width, height }: GreyPicture, into: Uint8Array): void {
  into.set(data.subarray(0, width * height));
  for (let y = 1; y < height - 1; y++) {
    const row = y * width;
    let left = column(data, row, width);
    let middle = column(data, row + 1, width);
    for (let at = row + 1, end = row + width - 1; at < end; at++) {
      const right = column(data, at + 1, width);
      // A ninth, in whole numbers.
      into[at] = ((left + middle + right) * 7282 + 32_768) >> 16;
      left = middle;
      middle = right;
    }
  }
}

/** The sum of a pixel and of those above and below. */
function column(data: Uint8Array, at: number, width: number): number {
  return (data[at - width] as number) + (data[at] as number) + (data[at + width] as number);
}
