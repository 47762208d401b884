import { CELL_PX, sizeGrid } from './brightness-grid.ts';
import type { BrightnessGrid } from './brightness-grid.ts';

/** Two rows of a cell's eight tell as much of a code in it as all would: they cross as many of its modules for each of their pixels. */
const [UPPER_ROW, LOWER_ROW] = [1, 5];
const SAMPLES = CELL_PX * 2;
/** Two of the four bytes of a word, each with room for a sum above it. */
const EVERY_SECOND_BYTE = 0x00ff00ff;

/** Measures `width * height` bytes of luma into `grid`. */
export function measureLuma(luma: Uint8Array, width: number, height: number, grid: BrightnessGrid): void {
  sizeGrid(grid, Math.floor(width / CELL_PX), Math.floor(height / CELL_PX));
  if (width % CELL_PX === 0 && luma.byteOffset % 4 === 0) measureByWords(new Uint32Array(luma.buffer, luma.byteOffset, (width * height) >> 2), width, grid);
  else measureByBytes(luma, width, grid);
}

/** Four pixels at a time: this is done with every frame, and takes a fifth of the time. */
function measureByWords(words: Uint32Array, width: number, { columns, rows, means }: BrightnessGrid): void {
  const wordsARow = width / 4;
  for (let row = 0, cell = 0; row < rows; row++) {
    let upper = (row * CELL_PX + UPPER_ROW) * wordsARow;
    let lower = (row * CELL_PX + LOWER_ROW) * wordsARow;
    for (let column = 0; column < columns; column++, cell++, upper += 2, lower += 2) {
      const sums = sumsOf(words[upper] as number) + sumsOf(words[upper + 1] as number) + sumsOf(words[lower] as number) + sumsOf(words[lower + 1] as number);
      means[cell] = ((sums & 0xffff) + (sums >>> 16)) / SAMPLES;
    }
  }
}

/** Two sums of two bytes each, beside each other. */
function sumsOf(word: number): number {
  return (word & EVERY_SECOND_BYTE) + ((word >>> 8) & EVERY_SECOND_BYTE);
}

function measureByBytes(luma: Uint8Array, width: number, { columns, rows, means }: BrightnessGrid): void {
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, cell++) {
      let sum = 0;
      for (const y of [UPPER_ROW, LOWER_ROW]) {
        const from = (row * CELL_PX + y) * width + column * CELL_PX;
        for (let at = from; at < from + CELL_PX; at++) sum += luma[at] as number;
      }
      means[cell] = sum / SAMPLES;
    }
  }
}
