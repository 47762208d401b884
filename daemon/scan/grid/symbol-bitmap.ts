import type { Modules } from './grid-reader.ts';

const QUIET = 4;

/** Draws the modules, each `scale` pixels wide and with their quiet zone, as a picture of `side * side` bytes. */
export function drawSymbol({ bits, size }: Modules, scale: number, into: Uint8Array): number {
  const side = (size + 2 * QUIET) * scale;
  into.fill(255, 0, side * side);
  for (let row = 0; row < size * scale; row++) {
    const start = (row + QUIET * scale) * side + QUIET * scale;
    const from = Math.floor(row / scale) * size;
    for (let column = 0; column < size * scale; column++) {
      if (bits[from + Math.floor(column / scale)] === 1) into[start + column] = 0;
    }
  }
  return side;
}
