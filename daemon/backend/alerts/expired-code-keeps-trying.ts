import { ruuidOf } from '../../base/ids.ts';
import type { AlertRule } from './alert-rule.ts';
import type { AlertSettings } from './alert-settings.ts';
import { crowdWith } from './nearby.ts';

const HOUR_MS = 3_600_000;

/** Somebody goes on with a code whose time is over. */
export function expiredCodeKeepsTrying({ count, windowH }: AlertSettings['expiredCodeKeepsTrying']): AlertRule {
  return ({ token, reason, ...attempt }, history) => {
    if (reason !== 'expired' || !token) return undefined;
    const windowMs = windowH * HOUR_MS;
    const tries = history.ofToken(token, { atMs: attempt.atMs, withinMs: windowMs, each: 4 * count }).filter((one) => one.reason === 'expired');
    const crowd = crowdWith({ token, reason, ...attempt }, tries, { count, windowMs });
    const last = crowd?.at(-1);
    return crowd && last && {
      alert: 'expired-code-keeps-trying', subject: ruuidOf(token), token, door: last.door, atMs: last.atMs, eventIds: crowd.map(({ id }) => id),
      text: `An expired code was shown ${count} times within ${windowH} h.`,
    };
  };
}
