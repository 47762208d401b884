import type { DenialReason } from '../../base/verdict.ts';
import type { Attempt, Finding, History } from './alert-rule.ts';
import { crowdWith } from './nearby.ts';

const HOUR_MS = 3_600_000;

/** One code denied so often for one reason, at whatever doors. */
export function deniedAgain(attempt: Attempt, history: History, { reason, count, windowH, text }: { reason: DenialReason; count: number; windowH: number; text: string }): Finding | undefined {
  const { token, atMs } = attempt;
  const windowMs = windowH * HOUR_MS;
  const crowd = token && crowdWith(attempt, history.ofToken(token, { atMs, withinMs: windowMs, each: count, reason }), { count, windowMs });
  const last = crowd?.at(-1);
  return crowd && last && { token, door: last.door, atMs: last.atMs, eventIds: crowd.map(({ id }) => id), text };
}
