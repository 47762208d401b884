import { CELL_PX } from './brightness-grid.ts';
import type { BrightnessGrid } from './brightness-grid.ts';

/** Cells a side of a window, which is wide enough for a blurred edge of the least sharpness that counts to show in it. */
const WINDOW = 8;
/** Grey levels between neighbours that are no detail. A dim code differs by more, and so does noise: a noisy picture is never called blurred. */
const NO_DETAIL = 1;
/**
 * The largest readable code fills the picture with 21 modules a side. Blurred by sigma of a whole module nothing of them is
 * left; an edge blurred so rises by 1 / (2.5 sigma) of its height a pixel. So the share of a window's range that
 * neighbouring cells differ by is below this over the picture's shorter side, in pixels.
 */
const STEEPEST = (CELL_PX * 21) / 2.5;

/** True when nothing in the picture is sharp enough to be a code of any size: a hand over the lens, fog on it, a focus far off. */
export function isBlurred(grid: BrightnessGrid): boolean {
  const share = STEEPEST / (Math.min(grid.columns, grid.rows) * CELL_PX);
  for (let top = 0; top < grid.rows; top += WINDOW) {
    for (let left = 0; left < grid.columns; left += WINDOW) {
      if (hasDetail(grid, left, top, share)) return false;
    }
  }
  return true;
}

function hasDetail({ columns, rows, means }: BrightnessGrid, left: number, top: number, share: number): boolean {
  const [right, bottom] = [Math.min(left + WINDOW, columns), Math.min(top + WINDOW, rows)];
  let [darkest, brightest, steepest] = [255, 0, 0];
  for (let row = top; row < bottom; row++) {
    for (let cell = row * columns + left; cell < row * columns + right; cell++) {
      const mean = means[cell] as number;
      darkest = Math.min(darkest, mean);
      brightest = Math.max(brightest, mean);
      // The neighbours before: across the window's edge, too, or an edge between two windows would be in none.
      if (cell > row * columns) steepest = Math.max(steepest, Math.abs(mean - (means[cell - 1] as number)));
      if (row > 0) steepest = Math.max(steepest, Math.abs(mean - (means[cell - columns] as number)));
    }
  }
  return steepest > Math.max(NO_DETAIL, (brightest - darkest) * share);
}
