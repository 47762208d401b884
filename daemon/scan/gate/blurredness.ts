import type { BrightnessGrid } from './brightness-grid.ts';

/** Cells a side of a window. */
const WINDOW = 8;
/** The smallest readable code has 25 cells, in four windows at worst. One that is off is noise. */
const LEAST_CELLS = 4;
/** Grey levels by which a cell may be off the line between its neighbours without being a detail; the dimmest code is by 4, and cells of a noisy picture are. */
const NO_DETAIL = 1;
/** A camera's picture that was compressed in coarser steps than this, in grey levels, is all steps: it is never called blurred. */
const COARSEST_STEP = 0.5;
/** Grey levels. What differs less all over is black, blank or nearly so, and called that by its pixels. */
const LEAST_RANGE = 8;
/**
 * The largest code that can be held up fills the picture with 21 modules a side, and blurred by a sigma of one of its modules
 * nothing of it is left. An edge blurred so bends by 0.242 / sigma² of its height, sigma in cells.
 */
const bendOf = (cells: number): number => 0.242 / (cells / 21) ** 2;

/** True when nothing in the picture is sharp enough to be part of a code of any size: a hand on the lens, fog on it. Rather false than true. */
export function isBlurred(grid: BrightnessGrid): boolean {
  if (grid.step > COARSEST_STEP) return false;
  const bend = bendOf(Math.min(grid.columns, grid.rows));
  for (let top = 1; top < grid.rows - 1; top += WINDOW) {
    for (let left = 1; left < grid.columns - 1; left += WINDOW) {
      if (hasDetail(grid, left, top, bend)) return false;
    }
  }
  return rangeOf(grid.means, grid.columns, 0, 0, grid.columns, grid.rows) >= LEAST_RANGE;
}

function hasDetail({ columns, rows, means }: BrightnessGrid, left: number, top: number, bend: number): boolean {
  const [right, bottom] = [Math.min(left + WINDOW, columns - 1), Math.min(top + WINDOW, rows - 1)];
  const most = Math.max(NO_DETAIL, rangeOf(means, columns, left, top, right, bottom) * bend);
  let cells = 0;
  for (let row = top; row < bottom; row++) {
    for (let cell = row * columns + left; cell < row * columns + right; cell++) {
      const twice = 2 * (means[cell] as number);
      const across = Math.abs(twice - (means[cell - 1] as number) - (means[cell + 1] as number));
      const down = Math.abs(twice - (means[cell - columns] as number) - (means[cell + columns] as number));
      if (across > most || down > most) cells++;
    }
  }
  return cells >= LEAST_CELLS;
}

function rangeOf(means: Float32Array, columns: number, left: number, top: number, right: number, bottom: number): number {
  let [darkest, brightest] = [255, 0];
  for (let row = top; row < bottom; row++) {
    for (let cell = row * columns + left; cell < row * columns + right; cell++) {
      darkest = Math.min(darkest, means[cell] as number);
      brightest = Math.max(brightest, means[cell] as number);
    }
  }
  return brightest - darkest;
}
