import { setImmediate as nextTurn } from 'node:timers/promises';
import { PosternError } from '../base/errors.ts';
import type { Frame } from '../base/frame.ts';
import type { GreyPicture } from '../base/grey-picture.ts';
import { halved } from '../base/halving.ts';
import type { Pixels } from '../base/pixels.ts';

/** Rows of one turn of the loop: a picture of 1280 × 720 does not hold it. */
const ROWS_A_TURN = 64;

interface Planes {
  y: GreyPicture;
  /** These are half of `y`, or as large as it and perhaps a column and a row larger. */
  u: GreyPicture;
  v: GreyPicture;
  chroma: 'half' | 'whole';
}

/**
 * RGB of a frame that came as luma and chroma, by ITU-R BT.601 with limited range, in integers of 1/256; `halvings` times
 * halved, which costs a quarter each. Rejects PosternError('picture-bad') when the planes have not the size they should have.
 */
export async function colourPixels(frame: Frame, chroma: Uint8Array, halvings = 0): Promise<Pixels> {
  const planes = planesOf(frame, chroma);
  return rgbOf(halvings === 0 ? planes : smaller(planes, halvings));
}

function planesOf({ luma, width, height }: Frame, chroma: Uint8Array): Planes {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const size = half.width * half.height;
  if (luma?.length !== width * height || chroma.length !== 2 * size) {
    throw new PosternError('picture-bad', 'The camera\'s picture has not the size it says.');
  }
  return { y: { data: luma, width, height }, u: { ...half, data: chroma.subarray(0, size) }, v: { ...half, data: chroma.subarray(size) }, chroma: 'half' };
}

function smaller({ y, u, v }: Planes, halvings: number): Planes {
  return { y: halved(y, halvings), u: halved(u, halvings - 1), v: halved(v, halvings - 1), chroma: 'whole' };
}

async function rgbOf(planes: Planes): Promise<Pixels> {
  const { width, height } = planes.y;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    if (row > 0 && row % ROWS_A_TURN === 0) await nextTurn();
    colourRow(planes, row, data);
  }
  return { data, width, height, channels: 3 };
}

/** A function of its own is compiled after some rows, and not after some pictures. */
function colourRow({ y, u, v, chroma }: Planes, row: number, into: Uint8Array): void {
  const { data: luma, width } = y;
  const [blues, reds] = [u.data, v.data];
  const shift = chroma === 'half' ? 1 : 0;
  const [from, chromaFrom] = [row * width, (row >> shift) * u.width];
  for (let x = 0, to = from * 3; x < width; x++, to += 3) {
    const at = chromaFrom + (x >> shift);
    const light = 298 * ((luma[from + x] as number) - 16) + 128;
    const blue = (blues[at] as number) - 128;
    const red = (reds[at] as number) - 128;
    into[to] = byte((light + 409 * red) >> 8);
    into[to + 1] = byte((light - 100 * blue - 208 * red) >> 8);
    into[to + 2] = byte((light + 516 * blue) >> 8);
  }
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
