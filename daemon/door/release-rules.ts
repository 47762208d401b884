import type { Lock, Release } from './door-state.ts';
import { isHeld, releaseOf } from './door-state.ts';
import type { ReleaseFacts, RelockWhy } from './lock-effects.ts';
import { RENEW_MS, released, relocked, renewal, rest, withLock } from './lock-effects.ts';
import { enterPassage } from './order-rules.ts';
import type { Moment, Refusal, Rule, Step } from './transition-rule.ts';
import { step } from './transition-rule.ts';

/** Restarts a running release and never adds to it; a shorter one does not cut an extended one short. */
function startRelease({ state, nowMs }: Moment, facts: ReleaseFacts, lengthMs: number): Step {
  const untilMs = Math.max(nowMs + lengthMs, releaseOf(state.lock)?.untilMs ?? 0);
  const release: Release = { cause: facts.cause, untilMs };
  const lock: Lock = state.lock.is === 'lockdown' ? { is: 'lockdown', release } : { is: 'released', release };
  const forMs = untilMs - nowMs;
  return step({ ...state, lock, excusedMs: nowMs }, { type: 'energise-relay', forMs }, released(facts, forMs));
}

export function relock({ state, nowMs }: Moment, why: RelockWhy): Step {
  const lock: Lock = state.lock.is === 'lockdown' ? { is: 'lockdown', release: undefined } : { is: 'locked' };
  return step(withLock(state, lock, nowMs), rest, relocked(why));
}

export const admit: Rule<'grant'> = {
  name: 'admit',
  does: '→ released, anew if it is already; or → passage where one waits for its first entry; tell door-released',
  run(at) {
    const { state: { orders }, input: { attemptId, extended }, settings } = at;
    if (orders.passage && !orders.passage.entered) return enterPassage(at, orders.passage, attemptId);
    return startRelease(at, { cause: 'token', attemptId }, extended ? settings.extendedUnlockMs : settings.unlockMs);
  },
};

export const releaseByCommand: Rule<'release'> = {
  name: 'releaseByCommand',
  does: '→ released, anew if it is already; tell door-released',
  run: (at) => startRelease(at, { cause: 'command', by: at.input.by }, at.settings.unlockMs),
};

/** Long enough to be heard and measured, too short to come in by unnoticed. In lockdown too, where nobody takes the click for an answer. */
export const TEST_PULSE_MS = 500;

export const releaseByTest: Rule<'test-pulse'> = {
  name: 'releaseByTest',
  does: 'release for half a second, in lockdown too; tell door-released',
  run: (at) => startRelease(at, { cause: 'test', by: at.input.by }, TEST_PULSE_MS),
};

/** [S2] In lockdown too: whoever is inside gets out. */
export const releaseByRex: Rule<'rex-active'> = {
  name: 'releaseByRex',
  does: 'with rexReleases: release, in lockdown too; tell door-released',
  run: (at) => (at.settings.rexReleases ? startRelease(at, { cause: 'rex' }, at.settings.unlockMs) : step(at.state)),
};

/** The door is free already; the lease is renewed so that whoever waits for the relay hears of it. */
export const confirm: Rule = { name: 'confirm', does: 'the door is free already: renew the lease', run: ({ state, nowMs }) => step(state, renewal(state.orders, nowMs)) };

export function refuse(why: Refusal): Rule {
  return { name: 'refuse', does: 'tell the asker why not: lockdown, or relay-fault', run: ({ state }) => step(state, { type: 'refuse', why }) };
}

export const relockAsOpened: Rule<'contact-open'> = {
  name: 'relockAsOpened',
  does: 'where relockOn is open and a release runs: rest the relay; tell door-relocked',
  run: (at) => (at.settings.relockOn === 'open' && releaseOf(at.state.lock) ? relock(at, 'opened') : step(at.state)),
};

export const relockAsClosed: Rule<'contact-closed'> = {
  name: 'relockAsClosed',
  does: 'where relockOn is close and a release runs: rest the relay; tell door-relocked',
  run: (at) => (at.settings.relockOn === 'close' && releaseOf(at.state.lock) ? relock(at, 'closed') : step(at.state)),
};

export const relockWhenDue: Rule<'timer-due'> = {
  name: 'relockWhenDue',
  does: 'when the release is over: rest the relay; tell door-relocked',
  run(at) {
    const release = releaseOf(at.state.lock);
    return release && release.untilMs <= at.nowMs ? relock(at, 'time') : step(at.state);
  },
};

export const renewWhenDue: Rule<'timer-due'> = {
  name: 'renewWhenDue',
  does: 'twice a second: renew the lease of 1.5 s',
  run({ state, nowMs }) {
    if (!isHeld(state.lock) || state.lock.renewAtMs > nowMs) return step(state);
    return step({ ...state, lock: { ...state.lock, renewAtMs: nowMs + RENEW_MS } }, renewal(state.orders, nowMs));
  },
};
