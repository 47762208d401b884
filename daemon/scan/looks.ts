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

// No look but those by grids seeks light codes on dark ground: of what they read none was, and it saves a quarter of their time.
const darker = gammaTones(3);
const lighter = gammaTones(0.5);

/**
 * In the order of what each reads more than those before it for a millisecond. Measured on 549 pictures from four public
 * sets, of which the plain pass leaves 104 unread, with 45 pictures without a code; no look ever read a text that was not
 * there. Behind each: how many of the 104 it reads alone, what it adds to those before it, and what it costs such a picture
 * of up to 1280 × 960 on average (CPU time of a desktop core).
 */
export const looks: readonly Look[] = [
  // A screen's pixels and grain melt together, and one threshold for all does not break at the edge of a light spot: 11, +11, 1.9 ms.
  { name: 'half, global threshold', msPerMegapixel: 2, run: (desk) => desk.asItIs(1, 'globalHistogram') },
  // Bent cloth and paper, bottles, dirt: the grid is fitted where the plain pass saw one that it could not read: 31, +28, 12 ms.
  { name: 'outlined grid', msPerMegapixel: 20, needsOutline: true, run: (desk, outlines) => desk.outlined(outlines) },
  // Washed out prints: 10, +4, 2.6 ms.
  { name: 'half, darker', msPerMegapixel: 3, run: (desk) => desk.toned(1, () => darker, 'darkOnLight') },
  // Codes in the dark: 10, +7, 7.1 ms.
  { name: 'lighter', msPerMegapixel: 8, run: (desk) => desk.toned(0, () => lighter, 'darkOnLight') },
  // What the local threshold takes for dark and is not; cheap enough to be kept for those that agree with others: 13, +2, 3.4 ms.
  { name: 'global threshold', msPerMegapixel: 4, run: (desk) => desk.asItIs(0, 'globalHistogram') },
  // Seen aslant, bent, on uneven ground: 43, +8, 21 ms.
  { name: 'half, grid', msPerMegapixel: 20, run: (desk) => desk.located({ level: 1, reach: 1 / 16, below: 0.05 }) },
  // A finger, glare or a black edge over one of the finder patterns: 43, +6, 29 ms.
  { name: 'half, grid by two', msPerMegapixel: 30, run: (desk) => desk.located({ level: 1, reach: 1 / 16, below: 0.05, paired: true }) },
  // Over-exposed: 8, +2, 11 ms.
  { name: 'light threshold', msPerMegapixel: 12, run: (desk) => desk.toned(0, (picture) => thresholdTones(picture, 0.7), 'darkOnLight') },
  // Smaller codes than the half picture shows: 46, +5, 34 ms.
  { name: 'grid', msPerMegapixel: 30, run: (desk) => desk.located({ level: 0, reach: 1 / 16, below: 0.05 }) },
];
