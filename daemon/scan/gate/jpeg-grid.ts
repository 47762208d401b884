import { CELL_PX, sizeGrid } from './brightness-grid.ts';
import type { BrightnessGrid } from './brightness-grid.ts';
import { JpegBits } from './jpeg-bits.ts';
import { JpegHeaderReader } from './jpeg-headers.ts';
import type { JpegHeaders } from './jpeg-headers.ts';

/** A DC coefficient is eight times the mean of its block, which is about the middle of the range (ITU-T T.81, A.3.1 and A.3.3). */
const DC_A_LEVEL = 8;
const MIDDLE = 128;

/**
 * Measures JPEGs without decompressing them: the mean of each block stands in them as its DC coefficient. It takes a tenth
 * of the time that libjpeg takes for the picture, and a third of what it takes for one of an eighth of the size.
 */
export class JpegMeter {
  readonly #headers = new JpegHeaderReader();

  /** Measures the first component into `grid`. False for a JPEG that is progressive, cut off or damaged: it must be decompressed. */
  measure(jpeg: Uint8Array, grid: BrightnessGrid): boolean {
    const headers = this.#headers.read(jpeg);
    if (!headers) return false;
    sizeGrid(grid, Math.floor(headers.width / CELL_PX), Math.floor(headers.height / CELL_PX), headers.dcStep / DC_A_LEVEL);
    return measureBlocks(headers, new JpegBits(jpeg, headers.at), grid);
  }
}

function measureBlocks({ width, height, components, restartEvery, dcStep }: JpegHeaders, bits: JpegBits, grid: BrightnessGrid): boolean {
  const levels = components.map(() => 0);
  const [{ across, down }] = components as [JpegHeaders['components'][number]];
  const unitsAcross = Math.ceil(width / (CELL_PX * across));
  const units = unitsAcross * Math.ceil(height / (CELL_PX * down));
  for (let unit = 0; unit < units; unit++) {
    if (restartEvery > 0 && unit > 0 && unit % restartEvery === 0) {
      if (!bits.restart()) return false;
      levels.fill(0);
    }
    const [left, top] = [(unit % unitsAcross) * across, Math.floor(unit / unitsAcross) * down];
    for (let i = 0; i < components.length; i++) {
      const component = components[i] as JpegHeaders['components'][number];
      for (let y = 0; y < component.down; y++) {
        for (let x = 0; x < component.across; x++) {
          const difference = bits.block(component.dc, component.ac);
          if (difference === undefined) return false;
          const level = levels[i] = (levels[i] as number) + difference;
          if (i === 0) setMean(grid, left + x, top + y, MIDDLE + (level * dcStep) / DC_A_LEVEL);
        }
      }
    }
  }
  return !bits.ranOut;
}

/** Blocks at the right and lower edge that the picture does not fill have no cell. */
function setMean({ columns, rows, means }: BrightnessGrid, column: number, row: number, mean: number): void {
  if (column < columns && row < rows) means[row * columns + column] = Math.min(255, Math.max(0, mean));
}
