import { setImmediate as nextTurn } from 'node:timers/promises';
import sharp from 'sharp';
import { PosternError } from '../base/errors.ts';
import type { Frame } from '../base/frame.ts';
import type { RawPicture } from './pixelate.ts';

/** Rows of one turn of the loop: a picture of 1280 × 720 does not hold it. */
const ROWS_A_TURN = 64;

interface Planes {
  width: number;
  height: number;
  y: Uint8Array;
  u: Uint8Array;
  v: Uint8Array;
  /** Of `u` and `v`: half of the picture's size, or all of it. */
  chroma: 'half' | 'whole';
}

/**
 * RGB of a frame that came as luma and chroma, by ITU-R BT.601 with limited range, in integers of 1/256; `halvings` times
 * halved, which costs a quarter each. Rejects PosternError('picture-bad') when the planes have not the size they should have.
 */
export async function colourPixels(frame: Frame, chroma: Uint8Array, halvings = 0): Promise<RawPicture> {
  const planes = planesOf(frame, chroma);
  return rgbOf(halvings === 0 ? planes : await halved(planes, halvings));
}

function planesOf({ luma, width, height }: Frame, chroma: Uint8Array): Planes {
  const size = Math.ceil(width / 2) * Math.ceil(height / 2);
  if (luma?.length !== width * height || chroma.length !== 2 * size) {
    throw new PosternError('picture-bad', 'The camera\'s picture has not the size it says.');
  }
  return { width, height, y: luma, u: chroma.subarray(0, size), v: chroma.subarray(size), chroma: 'half' };
}

async function halved(planes: Planes, halvings: number): Promise<Planes> {
  const [width, height] = [Math.ceil(planes.width / 2 ** halvings), Math.ceil(planes.height / 2 ** halvings)];
  const resized = async (plane: Uint8Array, from: number, rows: number): Promise<Uint8Array> => {
    if (from === width && rows === height) return plane;
    return sharp(plane, { raw: { width: from, height: rows, channels: 1 } }).resize({ width, height, fit: 'fill', kernel: 'linear' }).extractChannel(0).raw({ depth: 'uchar' }).toBuffer();
  };
  const [halfWidth, halfHeight] = [Math.ceil(planes.width / 2), Math.ceil(planes.height / 2)];
  return {
    width, height, chroma: 'whole',
    y: await resized(planes.y, planes.width, planes.height), u: await resized(planes.u, halfWidth, halfHeight), v: await resized(planes.v, halfWidth, halfHeight),
  };
}

async function rgbOf({ width, height, y, u, v, chroma }: Planes): Promise<RawPicture> {
  const shift = chroma === 'half' ? 1 : 0;
  const chromaWidth = (width + shift) >> shift;
  const data = new Uint8Array(width * height * 3);
  // What is below 0 and above 255 is cut off by the array itself.
  const clamped = new Uint8ClampedArray(data.buffer);
  for (let row = 0; row < height; row++) {
    if (row > 0 && row % ROWS_A_TURN === 0) await nextTurn();
    const chromaRow = (row >> shift) * chromaWidth;
    for (let x = 0, to = row * width * 3; x < width; x++, to += 3) {
      const at = chromaRow + (x >> shift);
      const light = 298 * ((y[row * width + x] as number) - 16) + 128;
      const blue = (u[at] as number) - 128;
      const red = (v[at] as number) - 128;
      clamped[to] = (light + 409 * red) >> 8;
      clamped[to + 1] = (light - 100 * blue - 208 * red) >> 8;
      clamped[to + 2] = (light + 516 * blue) >> 8;
    }
  }
  return { data, width, height, channels: 3 };
}
