import type { GreyPicture } from '../../base/grey-picture.ts';
import type { Perspective } from './perspective.ts';

/** The upper timing pattern, a row, or the left one, a column. */
export type TimingLine = 0 | 1;

const BOTH: readonly TimingLine[] = [0, 1];

/**
 * How well dark and light take turns along both timing patterns (ISO/IEC 18004, 6.3.5): 1 for a perfect grid, about 0
 * for one that is wrong. This tells the number of modules a side.
 */
export function timingFit(picture: GreyPicture, map: Perspective, size: number, inverted: boolean, lines: readonly TimingLine[] = BOTH): number {
  let signed = 0;
  let total = 0;
  for (const line of lines) {
    let before = sampleAt(picture, map, line, 7);
    let here = sampleAt(picture, map, line, 8);
    for (let i = 8; i < size - 8; i++) {
      const after = sampleAt(picture, map, line, i + 1);
      const step = here - (before + after) / 2;
      signed += i % 2 === 0 ? -step : step;
      total += Math.abs(step);
      before = here;
      here = after;
    }
  }
  if (total === 0) return 0;
  return inverted ? -signed / total : signed / total;
}

/** The pixel in the middle of the `n`th module of the row (line 0) or the column (line 1) of the timing pattern. */
function sampleAt({ data, width, height }: GreyPicture, m: Perspective, line: TimingLine, n: number): number {
  const u = line === 0 ? n + 0.5 : 6.5;
  const v = line === 0 ? 6.5 : n + 0.5;
  const w = (m[6] as number) * u + (m[7] as number) * v + (m[8] as number);
  const x = Math.floor(((m[0] as number) * u + (m[1] as number) * v + (m[2] as number)) / w);
  const y = Math.floor(((m[3] as number) * u + (m[4] as number) * v + (m[5] as number)) / w);
  return data[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))] as number;
}
