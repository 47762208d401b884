import type { DoorSettings } from '../../../daemon/door/door-settings.ts';
import type { DoorState, Leaf, LeafName, Lock, LockName, Orders, Passage, Rex, RexName } from '../../../daemon/door/door-state.ts';
import { doorStateName, unstarted } from '../../../daemon/door/door-state.ts';
import type { DoorEffect, DoorInput, InputType, Step } from '../../../daemon/door/transition-rule.ts';

export const settings: DoorSettings = {
  unlockMs: 5_000, extendedUnlockMs: 15_000, relockOn: 'open', heldOpenMs: 30_000, heldOpenWarningMs: 10_000,
  rexTimeMs: 10_000, rexStuckMs: 60_000, rexReleases: false, passageNeedsFirstEntry: true, fireReleases: true,
};

/** The moment at which specimens are looked at. */
export const NOW_MS = 100_000;

export const passage: Passage = { by: 'hours', cause: 'schedule', untilMs: NOW_MS + 60_000, untilWallMs: 1_060_000, sinceWallMs: 900_000, entered: true };
export const noOrders: Orders = { lockdown: undefined, passage: undefined, fire: false };

/** A typical door in each of the lock's states, in the middle of what it does. */
export const locks: Record<LockName, { lock: Lock; orders: Orders }> = {
  locked: { lock: { is: 'locked' }, orders: noOrders },
  released: { lock: { is: 'released', release: { cause: 'token', untilMs: NOW_MS + 2_000 } }, orders: noOrders },
  passage: { lock: { is: 'passage', renewAtMs: NOW_MS + 200 }, orders: { ...noOrders, passage } },
  lockdown: { lock: { is: 'lockdown', release: undefined }, orders: { ...noOrders, lockdown: { by: 'guard' } } },
  fire: { lock: { is: 'fire', renewAtMs: NOW_MS + 200 }, orders: { ...noOrders, fire: true } },
  fault: { lock: { is: 'fault', detail: 'welded', retryAtMs: NOW_MS + 700 }, orders: noOrders },
};

export const leaves: Record<LeafName, Leaf> = {
  'absent': { is: 'absent' },
  'closed': { is: 'closed' },
  'open': { is: 'open', sinceMs: NOW_MS - 1_000, warnedForMs: undefined },
  'held-open': { is: 'held-open' },
  'forced': { is: 'forced' },
};

export const rexes: Record<RexName, Rex> = {
  idle: { is: 'idle', edgeMs: undefined },
  active: { is: 'active', edgeMs: NOW_MS - 1_000 },
  stuck: { is: 'stuck' },
};

export function doorWith(lock: LockName = 'locked', leaf: LeafName = 'closed', rex: RexName = 'idle'): DoorState {
  return { ...unstarted, ...locks[lock], leaf: leaves[leaf], rex: rexes[rex] };
}

export const inputs: { [I in InputType]: Extract<DoorInput, { type: I }> } = {
  'start': { type: 'start', contact: 'closed', rex: 'idle', orders: { ...noOrders, lockdown: { by: 'guard' } } },
  'grant': { type: 'grant', attemptId: 'A', extended: false },
  'release': { type: 'release', by: 'desk' },
  'test-pulse': { type: 'test-pulse', by: 'admin' },
  'contact-open': { type: 'contact-open' },
  'contact-closed': { type: 'contact-closed' },
  'rex-active': { type: 'rex-active' },
  'rex-idle': { type: 'rex-idle' },
  'lockdown-on': { type: 'lockdown-on', by: 'guard' },
  'lockdown-off': { type: 'lockdown-off', by: 'admin' },
  'passage-start': { type: 'passage-start', by: 'desk', cause: 'command', untilMs: NOW_MS + 3_600_000, untilWallMs: 4_600_000, sinceWallMs: 1_000_000 },
  'passage-end': { type: 'passage-end', why: 'command', by: 'desk' },
  'fire-on': { type: 'fire-on' },
  'fire-off': { type: 'fire-off' },
  'relay-fault': { type: 'relay-fault', detail: 'welded' },
  'relay-recovered': { type: 'relay-recovered' },
  'timer-due': { type: 'timer-due' },
  'stop': { type: 'stop' },
};

/** `released: energise 5000, door-released token` */
export function inWords({ state, effects }: Step): string {
  const words = effects.map(effectInWords).join(', ');
  return words === '' ? doorStateName(state) : `${doorStateName(state)}: ${words}`;
}

function effectInWords(effect: DoorEffect): string {
  switch (effect.type) {
    case 'energise-relay': return `energise ${effect.forMs}`;
    case 'rest-relay': return 'rest';
    case 'persist': return `persist ${[effect.orders.lockdown && 'lockdown', effect.orders.passage && 'passage'].filter(Boolean).join(' ') || 'nothing'}`;
    case 'refuse': return `refuse ${effect.why}`;
    case 'tell': {
      const { type, ...facts } = effect.event;
      const detail = 'cause' in facts ? facts.cause : 'why' in facts ? facts.why : 'after' in facts ? facts.after : undefined;
      return detail === undefined ? type : `${type} ${detail}`;
    }
  }
}
