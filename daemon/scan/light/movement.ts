import type { LumaHistogram } from './luma-histogram.ts';

/**
 * Grey levels by which the pixels changed on average. Grain of a sensor at its highest gain makes up to 1.0, a trembling hand 0.3 on the
 * recorded sessions; someone who comes near, or a phone that is raised, makes 2 to 8, in a dark hall 5 to 30.
 */
const LEAST_CHANGE = 1.5;

/** Sees by its brightness whether a scene moves. Frames of different exposures are not compared. */
export class Movement {
  #before: LumaHistogram | undefined;
  #exposure = '';

  /** `exposure`: equal for frames that were exposed alike. Undefined: there is nothing to compare this one with. */
  sees(histogram: LumaHistogram, exposure: string): boolean | undefined {
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
