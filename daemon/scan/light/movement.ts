import type { LumaHistogram } from './luma-histogram.ts';

/**
 * Grey levels by which the pixels changed on average. Grain and a trembling hand stay under 0.3 on the recorded sessions; someone
 * who comes around the corner, or a phone that is raised, makes 1 to 8.
 */
const LEAST_CHANGE = 0.7;

/** Sees by its brightness whether a scene moves. Frames of different exposures are not compared. */
export class Movement {
  #before: LumaHistogram | undefined;
  #exposure = '';

  /** `exposure`: equal for frames that were exposed alike; undefined: it is not known how this one was. */
  sees(histogram: LumaHistogram, exposure: string | undefined): boolean | undefined {
    if (exposure === undefined) return undefined;
    const before = exposure === this.#exposure ? this.#before : undefined;
    this.#before = histogram;
    this.#exposure = exposure;
    return before ? changeOf(before, histogram) >= LEAST_CHANGE : undefined;
  }
}

/** How far the grey values must be carried to make one histogram of the other: a pixel's share, on average (earth mover's distance). */
export function changeOf(before: LumaHistogram, now: LumaHistogram): number {
  const all = now.reduce((sum, count) => sum + count, 0);
  const allBefore = before.reduce((sum, count) => sum + count, 0);
  if (all === 0 || allBefore === 0) return 0;
  let [carried, change] = [0, 0];
  for (let value = 0; value < 256; value++) {
    carried += (now[value] as number) / all - (before[value] as number) / allBefore;
    change += Math.abs(carried);
  }
  return change;
}
