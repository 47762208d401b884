import { ruuidOf } from '../../base/ids.ts';
import { isOpenAt } from '../../base/schedule.ts';
import type { AlertRule } from './alert-rule.ts';
import type { AlertSettings } from './alert-settings.ts';
import { crowdWith } from './nearby.ts';

const HOUR_MS = 3_600_000;

/** A code that tries again and again outside its hours; and, where the site has hours, whoever is let in outside them. */
export function useOutOfHours({ count, windowH, siteHours, timeZone }: AlertSettings['useOutOfHours']): AlertRule {
  return (attempt, history) => {
    const { token, door, atMs } = attempt;
    if (attempt.outcome === 'granted') {
      return siteHours && !isOpenAt(siteHours, timeZone, atMs)
        ? { alert: 'use-out-of-hours', subject: token ? ruuidOf(token) : ruuidOf(door), token, door, atMs, eventIds: [attempt.id], text: 'A code was granted outside the hours of the site.' }
        : undefined;
    }
    if (attempt.reason !== 'out-of-hours' || !token) return undefined;
    const windowMs = windowH * HOUR_MS;
    const tries = history.ofToken(token, { atMs, withinMs: windowMs, each: 4 * count }).filter(({ reason }) => reason === 'out-of-hours');
    const crowd = crowdWith(attempt, tries, { count, windowMs });
    const last = crowd?.at(-1);
    return crowd && last && {
      alert: 'use-out-of-hours', subject: ruuidOf(token), token, door: last.door, atMs: last.atMs, eventIds: crowd.map(({ id }) => id),
      text: `One code was shown ${count} times outside its hours within ${windowH} h.`,
    };
  };
}
