import type { DoorState, LockName } from './door-state.ts';
import { isHeld, releaseOf } from './door-state.ts';
import { resume, endFire, endLockdown, endPassage, lockDown, lockDownBeneath, startFire, startPassage, storeLockdown } from './order-rules.ts';
import { fail, recover, restAgainWhenDue, restForGood } from './relay-rules.ts';
import { admit, confirm, refuse, relockAsClosed, relockAsOpened, relockWhenDue, releaseByCommand, releaseByRex, releaseByTest, renewWhenDue } from './release-rules.ts';
import type { InputType, Table } from './transition-rule.ts';
import { stay } from './transition-rule.ts';

/** The lock's own deadlines; passage counts in every state, for it may wait or stand under a fire or a fault. */
export function lockDueMs({ lock, orders }: DoorState): number[] {
  const due: (number | undefined)[] = [orders.passage?.untilMs, releaseOf(lock)?.untilMs];
  if (isHeld(lock)) due.push(lock.renewAtMs);
  if (lock.is === 'fault') due.push(lock.retryAtMs);
  return due.filter((atMs) => atMs !== undefined);
}

/** Lockdown's column may energise the relay in two cells only: a request to exit, where the site says so [S2], and an admin's test of the relay. */
export const lockTable: Table<Exclude<InputType, 'rex-idle'>, LockName> = {
  'start': { locked: resume, released: resume, passage: resume, lockdown: resume, fire: resume, fault: resume },
  'grant': { locked: admit, released: admit, passage: confirm, lockdown: refuse('lockdown'), fire: confirm, fault: refuse('relay-fault') },
  'release': { locked: releaseByCommand, released: releaseByCommand, passage: confirm, lockdown: refuse('lockdown'), fire: confirm, fault: refuse('relay-fault') },
  'test-pulse': { locked: releaseByTest, released: releaseByTest, passage: confirm, lockdown: releaseByTest, fire: confirm, fault: refuse('relay-fault') },
  'contact-open': { locked: stay, released: relockAsOpened, passage: stay, lockdown: relockAsOpened, fire: stay, fault: stay },
  'contact-closed': { locked: stay, released: relockAsClosed, passage: stay, lockdown: relockAsClosed, fire: stay, fault: stay },
  'rex-active': { locked: releaseByRex, released: releaseByRex, passage: stay, lockdown: releaseByRex, fire: stay, fault: stay },
  'lockdown-on': { locked: lockDown, released: lockDown, passage: lockDown, lockdown: storeLockdown, fire: lockDownBeneath, fault: lockDownBeneath },
  'lockdown-off': { locked: stay, released: stay, passage: stay, lockdown: endLockdown, fire: endLockdown, fault: endLockdown },
  'passage-start': { locked: startPassage, released: startPassage, passage: startPassage, lockdown: refuse('lockdown'), fire: startPassage, fault: startPassage },
  'passage-end': { locked: endPassage, released: endPassage, passage: endPassage, lockdown: stay, fire: endPassage, fault: endPassage },
  'fire-on': { locked: startFire, released: startFire, passage: startFire, lockdown: startFire, fire: stay, fault: startFire },
  'fire-off': { locked: stay, released: stay, passage: stay, lockdown: stay, fire: endFire, fault: endFire },
  'relay-fault': { locked: fail, released: fail, passage: fail, lockdown: fail, fire: fail, fault: stay },
  'relay-recovered': { locked: stay, released: stay, passage: stay, lockdown: stay, fire: stay, fault: recover },
  'timer-due': { locked: stay, released: relockWhenDue, passage: renewWhenDue, lockdown: relockWhenDue, fire: renewWhenDue, fault: restAgainWhenDue },
  'stop': { locked: restForGood, released: restForGood, passage: restForGood, lockdown: restForGood, fire: restForGood, fault: restForGood },
};
