import { ruuidOf } from '../../base/ids.ts';
import type { AlertRule, Attempt } from './alert-rule.ts';
import type { AlertSettings } from './alert-settings.ts';
import { crowdWith } from './nearby.ts';

/** Somebody tries codes: so many denials at one door, no grant between them. */
export function denialsInARow({ count, windowS }: AlertSettings['denialsInARow']): AlertRule {
  return {
    alert: 'denials-in-a-row',
    subjectOf: ({ outcome, door }) => (outcome === 'denied' ? ruuidOf(door) : undefined),
    look(attempt, history) {
      const around = history.atDoor(attempt.door, { atMs: attempt.atMs, withinMs: windowS * 1000, each: count });
      const row = crowdWith(attempt, rowAround(attempt, around), { count, windowMs: windowS * 1000 });
      const last = row?.at(-1);
      return row && last && { door: attempt.door, atMs: last.atMs, eventIds: row.map(({ id }) => id), text: `${count} codes in a row were denied within ${windowS} s.` };
    },
  };
}

/** The denials right before and after `attempt`, up to the next grant on either side. */
function rowAround(attempt: Attempt, attempts: Attempt[]): Attempt[] {
  const own = attempts.findIndex(({ id }) => id === attempt.id);
  const before = attempts.slice(0, own).findLastIndex(({ outcome }) => outcome === 'granted');
  const after = attempts.findIndex(({ outcome }, i) => i > own && outcome === 'granted');
  return attempts.slice(before + 1, after < 0 ? undefined : after);
}
