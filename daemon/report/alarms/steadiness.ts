import type { Alarm } from '../../base/alarm.ts';
import type { Condition } from './alarm-conditions.ts';

export interface Now {
  /** Wall milliseconds: what is told. */
  wallMs: number;
  /** Monotonic milliseconds: what is measured by. */
  monotonicMs: number;
}

export interface Hold {
  raiseAfterS: number;
  clearAfterS: number;
}

/** A cause that is there, or was there lately. No such thing: all is well. */
export interface Standing {
  /** Wall milliseconds since when. */
  sinceMs: number;
  /** Monotonic milliseconds when it was first noticed. */
  noticedMs: number;
  text: string;
  isRaised: boolean;
  /** Since when the cause has been gone, while it may come back. */
  gone: Now | undefined;
}

export interface Step {
  standing: Standing | undefined;
  told?: 'raised' | { clearedAtMs: number };
}

/**
 * Takes what is so now. A pause shorter than `clearAfterS` is none: what flaps is raised once, keeps its first `since`, and
 * is cleared once, when it has been well for that long.
 */
export function step(before: Standing | undefined, condition: Condition | undefined, now: Now, hold: Hold): Step {
  return condition ? wrong(before, condition, now, hold) : well(before, now, hold);
}

/** One that stood when the daemon last ended: it goes on, or is cleared like any other. */
export function resumed({ sinceMs, text }: Pick<Alarm, 'sinceMs' | 'text'>, now: Now): Standing {
  return { sinceMs, text, noticedMs: now.monotonicMs, isRaised: true, gone: undefined };
}

function wrong(before: Standing | undefined, { text, sinceMs }: Condition, now: Now, { raiseAfterS }: Hold): Step {
  const begun = before ?? { sinceMs: sinceMs ?? now.wallMs, noticedMs: now.monotonicMs, isRaised: false };
  const standing: Standing = { ...begun, text: begun.isRaised ? (before?.text ?? text) : text, gone: undefined };
  if (standing.isRaised || now.monotonicMs - standing.noticedMs < raiseAfterS * 1000) return { standing };
  return { standing: { ...standing, isRaised: true }, told: 'raised' };
}

function well(before: Standing | undefined, now: Now, { clearAfterS }: Hold): Step {
  if (!before) return { standing: undefined };
  const gone = before.gone ?? now;
  if (now.monotonicMs - gone.monotonicMs < clearAfterS * 1000) return { standing: { ...before, gone } };
  return { standing: undefined, ...(before.isRaised && { told: { clearedAtMs: gone.wallMs } }) };
}
