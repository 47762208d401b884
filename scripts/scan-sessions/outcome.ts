import { FPS } from './random-session.ts';
import { WELL_SHOWN, firstWellShown } from './frame-truth.ts';
import type { FrameTruth } from './frame-truth.ts';

/** How the reading of one session went. */
export interface Outcome {
  seed: string;
  /** By ground truth it was shown well for long enough. */
  wellShown: boolean;
  /** Frames from the first well shown one (else: the first in which it was whole) to the one that was read, 1 for that same one; undefined: not read in time. */
  frames?: number;
  /** The look that read it; absent: the plain pass, or nothing did. */
  look?: string;
  /** It was read before the frames are counted. */
  early: boolean;
  /** Pixels a module when it was first whole. */
  modulePx: number;
  /** A text was read that is not the code's. */
  wrong: number;
}

/** In which frame a code was read. */
export interface FirstReading {
  frame: number;
  look?: string;
}

/** Undefined when the code never was whole in view. */
export function outcomeOf(seed: string, truths: readonly FrameTruth[], reading: FirstReading | undefined, wrong: number): Outcome | undefined {
  const firstWhole = truths.findIndex(({ whole }) => whole);
  if (firstWhole < 0) return undefined;
  const well = firstWellShown(truths);
  const from = well ?? firstWhole;
  const until = well === undefined ? truths.length : well + WELL_SHOWN.frames;
  const inTime = reading !== undefined && reading.frame < until;
  return {
    seed, wellShown: well !== undefined, wrong,
    early: inTime && reading.frame < from,
    ...(inTime && { frames: Math.max(1, reading.frame - from + 1), ...(reading.look !== undefined && { look: reading.look }) }),
    modulePx: (truths[from] as FrameTruth).modulePx,
  };
}

/** Milliseconds from the first frame to the end of the `frames`th. */
export function waitMs(frames: number): number {
  return Math.round(((frames - 1) * 1000) / FPS);
}
