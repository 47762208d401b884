import type { GreyPicture } from '../grey-picture.ts';
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
  for (let row = 0, to = 0; row < side; row++) {
    const v = (row + 0.5) / scale - MARGIN;
    for (let column = 0; column < side; column++) {
      const u = (column + 0.5) / scale - MARGIN;
      const w = 1 / (m6 * u + m7 * v + m8);
      const x = clamp((m0 * u + m1 * v + m2) * w - 0.5, right);
      const y = clamp((m3 * u + m4 * v + m5) * w - 0.5, bottom);
      const [left, top] = [x | 0, y | 0];
      const [fx, fy] = [x - left, y - top];
      const at = top * width + left;
      const upper = (data[at] as number) * (1 - fx) + (data[at + 1] as number) * fx;
      const lower = (data[at + width] as number) * (1 - fx) + (data[at + width + 1] as number) * fx;
      into[to++] = flip ^ (upper * (1 - fy) + lower * fy + 0.5);
    }
  }
  return { data: into.subarray(0, side * side), side, scale, margin: MARGIN, size };
}

function clamp(value: number, greatest: number): number {
  return value > 0 ? (value < greatest ? value : greatest) : 0;
}
