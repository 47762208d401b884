import type { Attempt } from './alert-rule.ts';

/**
 * The first `count` attempts, one right after the other, that fit into `windowMs` and have `attempt` among them; undefined
 * where there are none. `attempts` are in the order of their times.
 */
export function crowdWith(attempt: Attempt, attempts: Attempt[], { count, windowMs }: { count: number; windowMs: number }): Attempt[] | undefined {
  const own = attempts.findIndex(({ id }) => id === attempt.id);
  for (let from = Math.max(0, own - count + 1); own >= 0 && from <= own; from++) {
    const crowd = attempts.slice(from, from + count);
    const [first, last] = [crowd[0], crowd.at(-1)];
    if (first && last && crowd.length === count && last.atMs - first.atMs <= windowMs) return crowd;
  }
  return undefined;
}
