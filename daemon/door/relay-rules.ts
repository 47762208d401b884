import type { Lock } from './door-state.ts';
import { isEnergised } from './door-state.ts';
import { rest, withLock } from './lock-effects.ts';
import { obey } from './order-rules.ts';
import { relock } from './release-rules.ts';
import type { Rule } from './transition-rule.ts';
import { step, tell } from './transition-rule.ts';

/** How often rest is asked for while the relay does not do as told. */
const FAULT_RETRY_MS = 1_000;

export const fail: Rule<'relay-fault'> = {
  name: 'fail',
  does: '→ fault; rest the relay; tell relay-failed',
  run({ state, input: { detail }, nowMs }) {
    const lock: Lock = { is: 'fault', detail, retryAtMs: nowMs + FAULT_RETRY_MS };
    return step(withLock(state, lock, nowMs), rest, tell({ type: 'relay-failed', detail }));
  },
};

export const restAgainWhenDue: Rule<'timer-due'> = {
  name: 'restAgainWhenDue',
  does: 'rest the relay again',
  run({ state, nowMs }) {
    if (state.lock.is !== 'fault' || state.lock.retryAtMs > nowMs) return step(state);
    return step({ ...state, lock: { ...state.lock, retryAtMs: nowMs + FAULT_RETRY_MS } }, rest);
  },
};

/** A release that the fault ended is not taken up again. */
export const recover: Rule<'relay-recovered'> = {
  name: 'recover',
  does: '→ fire, lockdown, passage or locked, whichever stands; tell relay-recovered',
  run(at) {
    const { state, effects } = obey({ ...at, state: { ...at.state, lock: { is: 'locked' } } }, at.state.orders);
    return step(state, tell({ type: 'relay-recovered' }), ...effects);
  },
};

/** Passage and lockdown stay stored. */
export const restForGood: Rule<'stop'> = {
  name: 'restForGood',
  does: 'rest the relay; tell door-relocked if it was released',
  run(at) {
    if (isEnergised(at.state.lock)) return relock(at, 'stopped');
    return step(at.state, rest);
  },
};
