import type { PartState } from '../base/status.ts';
import type { DoorState } from './door-state.ts';

export interface DoorHealth {
  state: PartState;
  reason: string;
}

/** What the status says of the door: its health, and what it cannot know. Whether it is open or locked is no matter of health. */
export function healthOf({ lock, leaf, rex }: DoorState): DoorHealth {
  if (lock.is === 'fault') return { state: 'down', reason: `The lock relay does not do as told: ${lock.detail}` };
  if (rex.is === 'stuck') return { state: 'degraded', reason: 'The request to exit has been active for too long; it looks stuck and no longer excuses an opening.' };
  if (leaf.is === 'absent') return { state: 'ok', reason: 'No door contact is wired: a forced or held-open door is not noticed.' };
  return { state: 'ok', reason: '' };
}
