import { CodeFinder } from '../../daemon/scan/code-finder.ts';
import { FrameSurvey } from '../../daemon/scan/frame-survey.ts';
import { locatedOf } from '../../daemon/scan/located.ts';
import type { PaintedSession } from './session-painter.ts';
import { outcomeOf } from './outcome.ts';
import type { FirstReading, Outcome } from './outcome.ts';
import { WELL_SHOWN, firstWellShown } from './frame-truth.ts';
import type { FrameTruth } from './frame-truth.ts';
import type { RandomSession } from './random-session.ts';

export interface ReadOptions {
  /** What extra looks may cost a frame on average, milliseconds. */
  lookMs: number;
}

/**
 * Reads a session frame by frame as the daemon does, until its code is read. What a look costs is taken from the table,
 * so that the same session always goes the same way. Undefined when the code never is whole in view.
 */
export async function readSession({ seed, text }: RandomSession, painted: PaintedSession, { lookMs }: ReadOptions): Promise<Outcome | undefined> {
  const finder = await CodeFinder.open({ extraLookMs: lookMs });
  const survey = new FrameSurvey(finder, { measuresLight: false });
  let reading: FirstReading | undefined;
  let wrong = 0;
  const { from, until } = worthReading(painted.truths);
  for (let frame = from; frame < until && !reading; frame++) {
    const { data, width, height } = await painted.frame(frame);
    finder.room(data.length).set(data);
    const { codes, unread } = finder.findInFrame(width, height);
    const picture = { data: finder.room(data.length), width, height };
    survey.survey(picture, { codes, located: unread.map((quad) => locatedOf(picture, quad)) });
    // A signature that verifies makes one sighting enough, whatever look it is of.
    const right = codes.find((code) => code.text === text);
    if (right) reading = { frame, ...(right.look !== undefined && { look: right.look }) };
    wrong += codes.filter((code) => code.text !== text).length;
  }
  return outcomeOf(seed, painted.truths, reading, wrong);
}

/** From one frame before the code is whole in view until it no longer is, or was for long enough. */
function worthReading(truths: readonly FrameTruth[]): { from: number; until: number } {
  const well = firstWellShown(truths);
  const firstWhole = truths.findIndex(({ whole }) => whole);
  if (firstWhole < 0) return { from: 0, until: 0 };
  const until = well === undefined ? truths.findLastIndex(({ whole }) => whole) + 1 : well + WELL_SHOWN.frames;
  return { from: Math.max(0, firstWhole - 1), until };
}
