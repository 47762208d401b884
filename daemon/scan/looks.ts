import type { Quad } from '../base/frame.ts';
import type { LookDesk } from './look-desk.ts';
import { gammaTones, thresholdTones } from './tones.ts';
import type { Reading } from './zxing.ts';

/** Another way to look at a picture in which the plain pass read nothing. */
export interface Look {
  name: string;
  /** What it costs before it has been measured on this machine: milliseconds for a million pixels in which there is no code. */
  msPerMegapixel: number;
  /** It has its turn less often than others. */
  isRare?: boolean;
  /** It reads so much more than the others that it has every second turn. */
  leads?: boolean;
  /** It does nothing for a picture without noise. */
  forNoise?: boolean;
  /** It goes by where the plain pass saw a code it could not read, and has nothing to do without one. */
  needsOutline?: boolean;
  /** `outlines`: where the plain pass saw codes that it could not read. */
  run(desk: LookDesk, outlines: readonly Quad[]): Reading;
}

// No look but those by grids seeks light codes on dark ground: of what they read none was, and it saves a quarter of their time.
const darker = gammaTones(3);
const lighter = gammaTones(0.5);

/**
 * In turns, what reads most for a millisecond first. Measured on 549 pictures from four public sets, of which the plain pass
 * leaves 104 unread, with 45 pictures without a code; no look ever read a text that was not there. Behind each: how many of
 * the 104 it reads alone and what it costs such a picture of up to 1280 × 960 on average (CPU time of a desktop core). Most
 * frames show no code: there a grid costs little, for it is read only where finder patterns are.
 */
export const looks: readonly Look[] = [
  // Seen aslant, bent, on uneven ground, in noise, with a finger or glare over a finder pattern: 58, 32 ms; 5 where there is no code.
  { name: 'half, grid', msPerMegapixel: 5, leads: true, run: (desk) => desk.located({ level: 1, reach: 1 / 16, below: 0.05 }) },
  // The noise of a camera in the dark, and a code of three pixels a module in it.
  { name: 'smoothed', msPerMegapixel: 8, forNoise: true, run: (desk) => desk.smoothed() },
  // Codes in the dark, or on a dim screen against the light: 10, 5.5 ms.
  { name: 'lighter', msPerMegapixel: 6, run: (desk) => desk.toned(0, () => lighter, 'darkOnLight') },
  // A screen's pixels and grain melt together, and one threshold for all does not break at the edge of a light spot: 11, 1.7 ms.
  { name: 'half, global threshold', msPerMegapixel: 2, run: (desk) => desk.asItIs(1, 'globalHistogram') },
  // Bent cloth and paper, bottles, dirt: the grid is fitted where the plain pass saw one that it could not read: 31, 10 ms.
  { name: 'outlined grid', msPerMegapixel: 10, needsOutline: true, run: (desk, outlines) => desk.outlined(outlines) },
  // Washed out prints: 10, 2.3 ms.
  { name: 'half, darker', msPerMegapixel: 3, run: (desk) => desk.toned(1, () => darker, 'darkOnLight') },
  // What the local threshold takes for dark and is not; cheap enough to be kept for those that agree with others: 13, 2.5 ms.
  { name: 'global threshold', msPerMegapixel: 3, run: (desk) => desk.asItIs(0, 'globalHistogram') },
  // Over-exposed: 8, 10 ms.
  { name: 'light threshold', msPerMegapixel: 13, isRare: true, run: (desk) => desk.toned(0, (picture) => thresholdTones(picture, 0.7), 'darkOnLight') },
  // Smaller codes than the half picture shows: 60, 42 ms; 17 where there is no code.
  { name: 'grid', msPerMegapixel: 17, isRare: true, run: (desk) => desk.located({ level: 0, reach: 1 / 16, below: 0.05 }) },
];
