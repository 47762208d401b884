import type { Modules } from './grid-reader.ts';

/** Modules of light around a symbol (ISO/IEC 18004, 6.3.8). */
const QUIET = 4;

/** Pixels a side of the picture of a symbol of `size` modules. */
export function sideOf(size: number, scale: number): number {
  return (size + 2 * QUIET) * scale;
}

/** Draws the modules, each `scale` pixels wide and with their quiet zone, as a picture of `sideOf` pixels each way. */
export function drawSymbol({ bits, size }: Modules, scale: number, into: Uint8Array): void {
  const side = sideOf(size, scale);
  into.fill(255, 0, side * side);
  for (let row = 0; row < size * scale; row++) {
    const start = (row + QUIET * scale) * side + QUIET * scale;
    const from = Math.floor(row / scale) * size;
    for (let column = 0; column < size * scale; column++) {
      if (bits[from + Math.floor(column / scale)] === 1) into[start + column] = 0;
    }
  }
}
