import { setImmediate as nextTurn } from 'node:timers/promises';
import { PosternError } from '../base/errors.ts';
import type { Frame } from '../base/frame.ts';
import type { RawPicture } from './pixelate.ts';

/** Rows of one turn of the loop: a picture of 1280 × 720 does not hold it. */
const ROWS_A_TURN = 64;

/**
 * RGB of a frame that came as luma and chroma, by ITU-R BT.601 with limited range, in integers of 1/256.
 * Rejects PosternError('picture-bad') when the planes have not the size they should have.
 */
export async function colourPixels({ luma, width, height }: Frame, chroma: Uint8Array): Promise<RawPicture> {
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  if (luma?.length !== width * height || chroma.length !== 2 * halfWidth * halfHeight) {
    throw new PosternError('picture-bad', 'The camera\'s picture has not the size it says.');
  }
  const vPlane = halfWidth * halfHeight;
  const data = new Uint8Array(width * height * 3);
  // What is below 0 and above 255 is cut off by the array itself.
  const clamped = new Uint8ClampedArray(data.buffer);
  for (let row = 0; row < height; row++) {
    if (row > 0 && row % ROWS_A_TURN === 0) await nextTurn();
    const half = (row >> 1) * halfWidth;
    for (let x = 0, to = row * width * 3; x < width; x++, to += 3) {
      const at = half + (x >> 1);
      const y = 298 * ((luma[row * width + x] as number) - 16) + 128;
      const u = (chroma[at] as number) - 128;
      const v = (chroma[vPlane + at] as number) - 128;
      clamped[to] = (y + 409 * v) >> 8;
      clamped[to + 1] = (y - 100 * u - 208 * v) >> 8;
      clamped[to + 2] = (y + 516 * u) >> 8;
    }
  }
  return { data, width, height, channels: 3 };
}
