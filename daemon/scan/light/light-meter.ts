import { lumaAt, shareFrom } from './luma-histogram.ts';
import type { LumaHistogram } from './luma-histogram.ts';

/** By how much the light let in should change: 1 is well as it is. */
export type Correction = number;

/** A value is well between these, and brought to `aim` when it is not. Far apart, so that no single correction can jump over them. */
interface Band {
  from: number;
  aim: number;
  to: number;
}

/** The hall's middle grey, without what is blown out: a face in it is neither black nor white. */
const HALL: Band = { from: 45, aim: 85, to: 135 };
/** A screen's white: far from clipping, far from noise. */
const SCREEN: Band = { from: 130, aim: 190, to: 235 };
/** From here on a sensor tells nothing more. */
const CLIPPED = 250;
/** Of the picture; a screen that is near enough to be read covers more. */
export const SCREEN_SHARE = 0.006;
/** One correction at most: further off, a value tells little of how far. */
const MOST = 4;

/** By the hall: what the long exposure is for. */
export function hallCorrection(histogram: LumaHistogram): Correction {
  const unblown = histogram.slice();
  unblown.fill(0, CLIPPED);
  const isAllBlown = shareFrom(histogram, CLIPPED) > 0.9;
  return isAllBlown ? 1 / MOST : correctionTo(HALL, lumaAt(unblown, 0.5));
}

/** By the brightest of the picture, but for the share of it that is always blown out: lamps. */
export function screenCorrection(histogram: LumaHistogram, lampShare: number): Correction {
  return correctionTo(SCREEN, lumaAt(histogram, Math.max(0, 1 - lampShare - SCREEN_SHARE)));
}

/** By a code: the light of its ground. */
export function codeCorrection(area: LumaHistogram): Correction {
  return correctionTo(SCREEN, lumaAt(area, 0.9));
}

/** Which share of the picture is blown out. */
export const blownShare = (histogram: LumaHistogram): number => shareFrom(histogram, CLIPPED);

function correctionTo({ from, aim, to }: Band, luma: number): Correction {
  if (luma >= CLIPPED) return 1 / MOST;
  if (luma >= from && luma <= to) return 1;
  return Math.min(MOST, Math.max(1 / MOST, linearOf(aim) / linearOf(Math.max(1, luma))));
}

/** The light of a grey value (IEC 61966-2-1). Cameras' own curves differ; the bands are wide enough for that. */
function linearOf(luma: number): number {
  const value = luma / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
