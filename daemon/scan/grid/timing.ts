import type { GreyPicture } from '../grey-picture.ts';
import type { Perspective } from './perspective.ts';
import { project } from './perspective.ts';

/**
 * How well dark and light take turns along both timing patterns (ISO/IEC 18004, 6.3.5): 1 for a perfect grid, about 0
 * for one that is wrong. This tells the number of modules a side.
 */
export function timingFit(picture: GreyPicture, map: Perspective, size: number): number {
  let [signed, total] = [0, 0];
  for (let line = 0; line < 2; line++) {
    for (let i = 8; i < size - 8; i++) {
      const [here, before, after] = [i, i - 1, i + 1].map((n) => sample(picture, map, line === 0 ? n + 0.5 : 6.5, line === 0 ? 6.5 : n + 0.5)) as [number, number, number];
      const step = here - (before + after) / 2;
      signed += i % 2 === 0 ? -step : step;
      total += Math.abs(step);
    }
  }
  return total === 0 ? 0 : signed / total;
}

function sample({ data, width, height }: GreyPicture, map: Perspective, u: number, v: number): number {
  const { x, y } = project(map, u, v);
  const px = Math.min(width - 1, Math.max(0, Math.floor(x)));
  const py = Math.min(height - 1, Math.max(0, Math.floor(y)));
  return data[py * width + px] as number;
}
