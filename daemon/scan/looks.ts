import type { Quad } from '../base/frame.ts';
import type { LookDesk } from './look-desk.ts';
import { gammaTones, thresholdTones } from './tones.ts';
import type { Reading } from './zxing.ts';

/** Another way to look at a picture in which the plain pass read nothing. */
export interface Look {
  name: string;
  /** What it costs before it has been measured on this machine: milliseconds for a million pixels. */
  msPerMegapixel: number;
  /** It goes by where the plain pass saw a code it could not read, and has nothing to do without one. */
  needsOutline?: boolean;
  /** `outlines`: where the plain pass saw codes that it could not read. */
  run(desk: LookDesk, outlines: readonly Quad[]): Reading;
}

const darker = gammaTones(3);
const lighter = gammaTones(0.5);

export const looks: readonly Look[] = [
  { name: 'outlined grid', msPerMegapixel: 8, needsOutline: true, run: (desk, outlines) => desk.outlined(outlines) },
  { name: 'half, global', msPerMegapixel: 2, run: (desk) => desk.asItIs(1, 'globalHistogram') },
  { name: 'global', msPerMegapixel: 3, run: (desk) => desk.asItIs(0, 'globalHistogram') },
  { name: 'located grid, half', msPerMegapixel: 8, run: (desk) => desk.located({ level: 1, reach: 1 / 16, below: 0.05 }) },
  { name: 'located grid', msPerMegapixel: 25, run: (desk) => desk.located({ level: 0, reach: 1 / 16, below: 0.05 }) },
  { name: 'light threshold', msPerMegapixel: 7, run: (desk) => desk.toned(0, (picture) => thresholdTones(picture, 0.7), 'plain') },
  { name: 'half, dark tones', msPerMegapixel: 8, run: (desk) => desk.toned(1, () => darker, 'plain') },
  { name: 'located grid, quarter', msPerMegapixel: 4, run: (desk) => desk.located({ level: 2, reach: 1 / 16, below: 0.05 }) },
  { name: 'located grid, half, faint', msPerMegapixel: 10, run: (desk) => desk.located({ level: 1, reach: 1 / 8, below: 0.02 }) },
  { name: 'local threshold, wide', msPerMegapixel: 15, run: (desk) => desk.thresholded(0, { reachPx: 20, below: 0 }) },
  { name: 'located grid, strict', msPerMegapixel: 30, run: (desk) => desk.located({ level: 0, reach: 1 / 24, below: 0.15 }) },
  { name: 'located grid, wide', msPerMegapixel: 30, run: (desk) => desk.located({ level: 0, reach: 1 / 8, below: 0.1 }) },
  { name: 'paired grid, half', msPerMegapixel: 10, run: (desk) => desk.located({ level: 1, reach: 1 / 16, below: 0.05, paired: true }) },
  { name: 'paired grid', msPerMegapixel: 30, run: (desk) => desk.located({ level: 0, reach: 1 / 8, below: 0.05, paired: true }) },
  { name: 'dark threshold', msPerMegapixel: 7, run: (desk) => desk.toned(0, (picture) => thresholdTones(picture, 0.5), 'plain') },
  { name: 'light tones', msPerMegapixel: 15, run: (desk) => desk.toned(0, () => lighter, 'plain') },
];
