/** Pixels a side of a cell: a block of a JPEG, so that luma and JPEG give the same grid. */
export const CELL_PX = 8;

/** The mean brightness of each cell of a picture, 0 black to 255 white, row by row; what a picture has beyond whole cells is left out. */
export interface BrightnessGrid {
  columns: number;
  rows: number;
  /** At least `columns * rows` long; the rest means nothing. */
  means: Float32Array;
  /** In what steps the means come, grey levels; 0: any value can be. */
  step: number;
}

/** An empty grid. */
export function newGrid(): BrightnessGrid {
  return { columns: 0, rows: 0, means: new Float32Array(0), step: 0 };
}

/** Gives `grid` another size, its means to be written. Its memory only ever grows. */
export function sizeGrid(grid: BrightnessGrid, columns: number, rows: number, step = 0): void {
  grid.columns = columns;
  grid.rows = rows;
  grid.step = step;
  if (grid.means.length < columns * rows) grid.means = new Float32Array(columns * rows);
}
