import type { GreyPicture } from '../base/grey-picture.ts';

/** Every so manyth pixel each way is looked at: some six thousand of a picture of 1280 × 720. */
const STRIDE = 12;
/**
 * Grey levels. In most places nothing is drawn: there a pixel is off the mean of its neighbours by chance alone. Painted halls have
 * 0 to 1 by day and 3 to 13 by night; from 3 or so on smoothing reads what the plain pass does not.
 */
const LEAST_NOISE = 3;

const counts = new Uint32Array(256);

/** Whether three of four places of a picture are off by chance, as in the dark at a high gain. JPEG takes faint noise out. */
export function isNoisy({ data, width, height }: GreyPicture): boolean {
  counts.fill(0);
  let places = 0;
  for (let y = 0; y < height; y += STRIDE) {
    for (let at = y * width + 1, end = (y + 1) * width - 1; at < end; at += STRIDE, places++) {
      const off = Math.abs(2 * (data[at] as number) - (data[at - 1] as number) - (data[at + 1] as number));
      counts[off >> 1] = (counts[off >> 1] as number) + 1;
    }
  }
  let below = 0;
  for (let level = 0; level < LEAST_NOISE / 2; level++) below += counts[level] as number;
  return below < places / 4;
}
