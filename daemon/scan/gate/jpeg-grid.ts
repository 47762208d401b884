import { CELL_PX, sizeGrid } from './brightness-grid.ts';
import type { BrightnessGrid } from './brightness-grid.ts';
import { JpegBits } from './jpeg-bits.ts';
import { JpegHeaderReader } from './jpeg-headers.ts';
import type { JpegComponent, JpegHeaders } from './jpeg-headers.ts';

/** A DC coefficient is eight times the mean of its block, which is about the middle of the range (ITU-T T.81, A.3.1 and A.3.3). */
const DC_A_LEVEL = 8;
const MIDDLE = 128;

/** A DC difference and an end of block, each at least a bit. */
const LEAST_BLOCK_BITS = 2;

/**
 * Measures JPEGs without decompressing them: the mean of each block stands in them as its DC coefficient. It takes a
 * seventh of the time that libjpeg takes for the picture.
 */
export class JpegMeter {
  readonly #headers = new JpegHeaderReader();
  readonly #bits = new JpegBits();
  #levels = new Int32Array(0);

  /** Measures the first component into `grid`. False for a JPEG that is progressive, cut off or damaged: it must be decompressed. */
  measure(jpeg: Uint8Array, grid: BrightnessGrid): boolean {
    const headers = this.#headers.read(jpeg);
    if (!headers || !this.#readLevels(jpeg, headers)) return false;
    const { width, height, dcStep } = headers;
    sizeGrid(grid, Math.floor(width / CELL_PX), Math.floor(height / CELL_PX), dcStep / DC_A_LEVEL);
    placeMeans(this.#levels, headers, grid);
    return true;
  }

  /** The DC coefficients of the first component, in the order in which its blocks come. */
  #readLevels(jpeg: Uint8Array, headers: JpegHeaders): boolean {
    const { components, restartEvery, at } = headers;
    const blocks = components.flatMap(({ across, down, steps }) => Array.from({ length: across * down }, () => steps));
    const { units, kept } = unitsOf(headers);
    if (units * blocks.length * LEAST_BLOCK_BITS > (jpeg.length - at) * 8) return false;
    if (this.#levels.length < units * kept) this.#levels = new Int32Array(units * kept);
    this.#bits.begin(jpeg, at);
    const interval = restartEvery > 0 ? restartEvery : units;
    for (let unit = 0; unit < units; unit += interval) {
      if (unit > 0 && !this.#bits.restart()) return false;
      if (!this.#bits.walk(Math.min(interval, units - unit), blocks, kept, this.#levels, unit * kept)) return false;
    }
    return true;
  }
}

/** Units (MCUs) of a picture, and blocks of the first component in each (ITU-T T.81, A.2). */
function unitsOf({ width, height, components }: JpegHeaders): { units: number; unitsAcross: number; kept: number } {
  const [{ across, down }] = components as [JpegComponent];
  const unitsAcross = Math.ceil(width / (CELL_PX * across));
  return { units: unitsAcross * Math.ceil(height / (CELL_PX * down)), unitsAcross, kept: across * down };
}

/** Blocks at the right and lower edge that the picture does not fill have no cell. */
function placeMeans(levels: Int32Array, headers: JpegHeaders, { columns, rows, means, step }: BrightnessGrid): void {
  const [{ across, down }] = headers.components as [JpegComponent];
  const { unitsAcross, kept } = unitsOf(headers);
  for (let row = 0, cell = 0; row < rows; row++) {
    let from = Math.floor(row / down) * unitsAcross * kept + (row % down) * across;
    for (let column = 0; column < columns; from += kept - across) {
      for (let x = 0; x < across && column < columns; x++, column++) {
        means[cell++] = Math.min(255, Math.max(0, MIDDLE + (levels[from++] as number) * step));
      }
    }
  }
}
