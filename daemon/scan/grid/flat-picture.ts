import type { GreyPicture } from '../../base/grey-picture.ts';
import type { Perspective } from './perspective.ts';

/** The code's picture as seen straight on: `side * side` bytes, module (column, row) from (margin + column) * scale on. */
export interface FlatPicture {
  data: Uint8Array;
  side: number;
  /** Pixels a module. */
  scale: number;
  /** Modules around the symbol. */
  margin: number;
  /** Modules a side. */
  size: number;
}

export const MARGIN = 3;

/** Finer than needed for small symbols, as coarse as is still enough for the largest. */
export function scaleFor(size: number): number {
  if (size <= 61) return 5;
  return size <= 101 ? 4 : 3;
}

/** Draws into `into` what `map` (modules to pixels of `picture`) says of the symbol and a margin around it, bilinear between pixels; dark for light when `inverted`. */
export function flatten({ data, width, height }: GreyPicture, map: Perspective, size: number, inverted: boolean, into: Uint8Array): FlatPicture {
  const scale = scaleFor(size);
  const side = (size + 2 * MARGIN) * scale;
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = map as unknown as number[] as [number, number, number, number, number, number, number, number, number];
  const flip = inverted ? 255 : 0;
  const [right, bottom] = [width - 1.001, height - 1.001];
  // Along a row numerators and denominator grow evenly.
  const step = 1 / scale;
  const start = step / 2 - MARGIN;
  for (let row = 0, to = 0; row < side; row++) {
    const v = (row + 0.5) * step - MARGIN;
    let across = m0 * start + m1 * v + m2;
    let down = m3 * start + m4 * v + m5;
    let depth = m6 * start + m7 * v + m8;
    for (let column = 0; column < side; column++) {
      const x = clamp(across / depth - 0.5, right);
      const y = clamp(down / depth - 0.5, bottom);
      across += m0 * step;
      down += m3 * step;
      depth += m6 * step;
      const left = x | 0;
      const top = y | 0;
      const at = top * width + left;
      const fx = x - left;
      const a = data[at] as number;
      const c = data[at + width] as number;
      const upper = a + ((data[at + 1] as number) - a) * fx;
      const lower = c + ((data[at + width + 1] as number) - c) * fx;
      into[to++] = flip ^ (upper + (lower - upper) * (y - top) + 0.5);
    }
  }
  return { data: into.subarray(0, side * side), side, scale, margin: MARGIN, size };
}

function clamp(value: number, greatest: number): number {
  return value > 0 ? (value < greatest ? value : greatest) : 0;
}
