import type { DoorInputs, DoorIo } from '../../drivers/door-io/door-io.ts';
import type { DoorState, DoorStateName, LeafName } from './door-state.ts';
import { doorStateName, releaseOf } from './door-state.ts';

/** The door as the status page shows it. */
export interface DoorView {
  state: DoorStateName;
  leaf: LeafName;
  contact: DoorInputs['contact'];
  rex: DoorInputs['rex'];
  /** A request to exit that has been active for too long. */
  rexStuck: boolean;
  relay: DoorIo['relay'];
  /** Milliseconds until a running release ends. */
  releasedForMs: number | undefined;
  lockdownBy: string | undefined;
  /** `leftMs` is by the monotonic clock, which ends it. */
  passage: { by: string; untilWallMs: number; leftMs: number; waitsForEntry: boolean } | undefined;
}

export function viewOf(state: DoorState, { inputs, relay }: Pick<DoorIo, 'inputs' | 'relay'>, nowMs: number): DoorView {
  const { lock, leaf, rex, orders: { lockdown, passage } } = state;
  const release = releaseOf(lock);
  return {
    state: doorStateName(state),
    leaf: leaf.is,
    contact: inputs.contact,
    rex: inputs.rex,
    rexStuck: rex.is === 'stuck',
    relay,
    releasedForMs: release && Math.max(0, release.untilMs - nowMs),
    lockdownBy: lockdown?.by,
    passage: passage && { by: passage.by, untilWallMs: passage.untilWallMs, leftMs: passage.untilMs - nowMs, waitsForEntry: !passage.entered },
  };
}
