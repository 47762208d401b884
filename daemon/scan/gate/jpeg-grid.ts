import type { BrightnessGrid } from './brightness-grid.ts';

export function measureJpeg(_jpeg: Uint8Array, _grid: BrightnessGrid): boolean {
  return false;
}
