import type { Lock, Orders, Passage } from './door-state.ts';
import { isEnergised, isHeld, releaseOf } from './door-state.ts';
import type { ReleaseFacts, RelockWhy } from './lock-effects.ts';
import { LEASE_MS, RENEW_MS, released, relocked, renewal, rest, withLock } from './lock-effects.ts';
import type { DoorEffect, Moment, Rule, Step } from './transition-rule.ts';
import { step, tell } from './transition-rule.ts';

/** What the orders ask of the lock. A fault is left only by the relay's recovery, a release by its own end. */
function underOrders(lock: Lock, orders: Orders, nowMs: number): Lock {
  if (lock.is === 'fault') return lock;
  if (orders.fire) return lock.is === 'fire' ? lock : { is: 'fire', renewAtMs: nowMs + RENEW_MS };
  if (orders.lockdown) return lock.is === 'lockdown' ? lock : { is: 'lockdown', release: undefined };
  if (orders.passage?.entered) return lock.is === 'passage' ? lock : { is: 'passage', renewAtMs: nowMs + RENEW_MS };
  const release = releaseOf(lock);
  return release ? { is: 'released', release } : { is: 'locked' };
}

/** Brings the lock to what `orders` ask, and the relay with it. `facts` say who began the passage, where it was not the order itself. */
export function obey({ state, nowMs }: Moment, orders: Orders, facts?: ReleaseFacts): Step {
  const lock = underOrders(state.lock, orders, nowMs);
  const next = withLock({ ...state, orders }, lock, nowMs);
  if (isHeld(lock) && lock.is !== state.lock.is) return step(next, renewal(orders, nowMs), heldBy(lock.is, orders, nowMs, facts));
  if (!isEnergised(state.lock) || isEnergised(lock)) return step(next);
  return step(next, rest, relocked(endOf(state.lock, lock)));
}

function heldBy(is: 'passage' | 'fire', { passage }: Orders, nowMs: number, facts?: ReleaseFacts): DoorEffect {
  if (is === 'fire' || !passage) return released({ cause: 'fire' }, LEASE_MS);
  return released(facts ?? { cause: passage.cause, by: passage.by }, passage.untilMs - nowMs);
}

function endOf(before: Lock, after: Lock): RelockWhy {
  if (before.is === 'fire') return 'fire-ended';
  return after.is === 'lockdown' ? 'lockdown' : 'passage-ended';
}

/** [S1] Rest is asked for whatever the relay seemed to do. Lockdown ends a passage for good. */
export const lockDown: Rule<'lockdown-on'> = {
  name: 'lockDown',
  does: '→ lockdown (fire and fault stay): rest the relay, end release and passage; persist; tell lockdown-started, passage-ended, door-relocked',
  run(at) {
    const { passage, fire } = at.state.orders;
    const orders: Orders = { lockdown: { by: at.input.by }, passage: undefined, fire };
    const { state, effects } = obey(at, orders);
    const ended: DoorEffect[] = passage ? [tell({ type: 'passage-ended', why: 'lockdown' })] : [];
    return step(
      state, ...(isEnergised(state.lock) ? [] : [rest]), { type: 'persist', orders },
      tell({ type: 'lockdown-started', by: at.input.by }), ...ended, ...effects.filter((effect) => effect !== rest),
    );
  },
};

/** Who asks for lockdown again waits for it to be durable again, for the first time may have failed. */
export const storeLockdown: Rule<'lockdown-on'> = {
  name: 'storeLockdown',
  does: 'it stands already: persist it again',
  run: ({ state }) => step(state, { type: 'persist', orders: state.orders }),
};

/** Fire and fault do not show whether a lockdown stands under them. */
export const lockDownBeneath: Rule<'lockdown-on'> = {
  name: 'lockDownBeneath',
  does: 'as lockDown, or storeLockdown where one stands under the fire or fault',
  run: (at) => (at.state.orders.lockdown ? storeLockdown.run(at) : lockDown.run(at)),
};

export const endLockdown: Rule<'lockdown-off'> = {
  name: 'endLockdown',
  does: 'if one stands: → locked (fire and fault stay); persist; tell lockdown-ended',
  run(at) {
    if (!at.state.orders.lockdown) return step(at.state);
    const orders: Orders = { ...at.state.orders, lockdown: undefined };
    const { state, effects } = obey(at, orders);
    return step(state, ...effects, { type: 'persist', orders }, tell({ type: 'lockdown-ended', by: at.input.by }));
  },
};

export const startPassage: Rule<'passage-start'> = {
  name: 'startPassage',
  does: '→ passage (fire and fault stay), or wait for the first entry; persist; tell passage-started, door-released',
  run(at) {
    const { input: { by, cause, untilMs, untilWallMs, sinceWallMs }, state: { orders: before }, nowMs, settings } = at;
    if (before.lockdown) return step(at.state, { type: 'refuse', why: 'lockdown' });
    if (!Number.isFinite(untilMs) || untilMs <= nowMs) return step(at.state, { type: 'refuse', why: 'over' });
    const waits = cause === 'schedule' && settings.passageNeedsFirstEntry;
    const passage = { by, cause, untilMs, untilWallMs, sinceWallMs, entered: !waits || before.passage?.entered === true };
    const orders: Orders = { ...before, passage };
    const { state, effects } = obey(at, orders);
    return step(state, ...effects, { type: 'persist', orders }, tell({ type: 'passage-started', by, untilMs: untilWallMs }));
  },
};

/** The first entry begins a passage that waited for it. */
export function enterPassage(at: Moment, passage: Passage, attemptId: string): Step {
  const orders: Orders = { ...at.state.orders, passage: { ...passage, entered: true } };
  const { state, effects } = obey(at, orders, { cause: 'token', attemptId });
  return step(state, ...effects, { type: 'persist', orders });
}

export const endPassage: Rule<'passage-end'> = {
  name: 'endPassage',
  does: 'if one stands: → locked if it was in passage; persist; tell passage-ended, door-relocked',
  run(at) {
    if (!at.state.orders.passage) return step(at.state);
    const orders: Orders = { ...at.state.orders, passage: undefined };
    const { state, effects } = obey(at, orders);
    return step(state, { type: 'persist', orders }, tell({ ...at.input, type: 'passage-ended' }), ...effects);
  },
};

export const startFire: Rule<'fire-on'> = {
  name: 'startFire',
  does: 'with fireReleases: → fire (a fault stays), the relay held by renewed leases; tell door-released',
  run: (at) => (at.settings.fireReleases ? obey(at, { ...at.state.orders, fire: true }) : step(at.state)),
};

export const endFire: Rule<'fire-off'> = {
  name: 'endFire',
  does: '→ lockdown, passage or locked, whichever stands; tell door-relocked',
  run: (at) => obey(at, { ...at.state.orders, fire: false }),
};

/** What was stored before the restart stands again, but for a passage whose time has passed meanwhile. */
export const resume: Rule<'start'> = {
  name: 'resume',
  does: '→ fire, lockdown, passage or locked, by what is stored',
  run(at) {
    const { input, nowMs, settings } = at;
    const orders: Orders = { ...input.orders, fire: input.orders.fire && settings.fireReleases === true };
    if (!orders.passage || orders.passage.untilMs > nowMs) return obey(at, orders);
    const left: Orders = { ...orders, passage: undefined };
    const { state, effects } = obey(at, left);
    return step(state, ...effects, { type: 'persist', orders: left }, tell({ type: 'passage-ended', why: 'time' }));
  },
};
