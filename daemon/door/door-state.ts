import type { ReleaseCause } from '../base/events.ts';

// All times named …Ms here are monotonic, except …WallMs.

/** A running release: the relay is energised until `untilMs`. */
export interface Release {
  cause: ReleaseCause;
  untilMs: number;
}

/** What the lock is doing. In `passage` and `fire` the relay is held by leases that are renewed at `renewAtMs`. */
export type Lock =
  | { is: 'locked' }
  | { is: 'released'; release: Release }
  | { is: 'passage'; renewAtMs: number }
  /** Only a request to exit runs a release here. */
  | { is: 'lockdown'; release: Release | undefined }
  | { is: 'fire'; renewAtMs: number }
  /** The relay does not do as told; rest is asked for again at `retryAtMs`. */
  | { is: 'fault'; detail: string; retryAtMs: number };

/** What the door's leaf is doing, by its contact. */
export type Leaf =
  | { is: 'absent' }
  | { is: 'closed' }
  /** `warnedForMs` is the held-open time that has been warned of. */
  | { is: 'open'; sinceMs: number; warnedForMs: number | undefined }
  | { is: 'held-open' }
  | { is: 'forced' };

/** The request to exit. `edgeMs` is its last leading edge. */
export type Rex =
  | { is: 'idle'; edgeMs: number | undefined }
  | { is: 'active'; edgeMs: number }
  | { is: 'stuck' };

/** Released on purpose until a stated time. It waits, with the door locked, until `entered`. */
export interface Passage {
  by: string;
  cause: 'schedule' | 'command';
  untilMs: number;
  untilWallMs: number;
  sinceWallMs: number;
  entered: boolean;
}

/** What stands until someone or some time ends it. Lockdown and passage survive a restart. */
export interface Orders {
  lockdown: { by: string } | undefined;
  passage: Passage | undefined;
  fire: boolean;
}

/** Three things that go their own ways, the orders that stand over them, and two moments that the leaf is judged by. */
export interface DoorState {
  lock: Lock;
  leaf: Leaf;
  rex: Rex;
  orders: Orders;
  /** When the relay was last brought to rest. */
  restedMs: number | undefined;
  /** When a release last began, or passage or fire ended: an open door counts as held open from then at the earliest. */
  excusedMs: number | undefined;
}

export type LockName = Lock['is'];
export type LeafName = Leaf['is'];
export type RexName = Rex['is'];

/** The one word for the whole door that the status and the log use. */
export type DoorStateName = Exclude<LockName | LeafName, 'absent' | 'closed'>;

/** A door before `start`: locked, with nothing known of its wires. */
export const unstarted: DoorState = {
  lock: { is: 'locked' },
  leaf: { is: 'absent' },
  rex: { is: 'idle', edgeMs: undefined },
  orders: { lockdown: undefined, passage: undefined, fire: false },
  restedMs: undefined,
  excusedMs: undefined,
};

/** The release that is running, if any. */
export function releaseOf(lock: Lock): Release | undefined {
  return lock.is === 'released' || lock.is === 'lockdown' ? lock.release : undefined;
}

/** Whether the relay is held open for whoever comes, by renewed leases. */
export function isHeld(lock: Lock): lock is Extract<Lock, { renewAtMs: number }> {
  return lock.is === 'passage' || lock.is === 'fire';
}

export function isEnergised(lock: Lock): boolean {
  return isHeld(lock) || releaseOf(lock) !== undefined;
}

/** The lock's word where it stands out, else the leaf's, else whether a release is running. */
export function doorStateName({ lock, leaf }: DoorState): DoorStateName {
  if (lock.is !== 'locked' && lock.is !== 'released') return lock.is;
  return leaf.is === 'absent' || leaf.is === 'closed' ? lock.is : leaf.is;
}
