import type { EventDraft } from '../base/events.ts';
import type { DoorState, Lock, Orders } from './door-state.ts';
import { isEnergised, isHeld } from './door-state.ts';
import type { DoorEffect } from './transition-rule.ts';
import { tell } from './transition-rule.ts';

/** Passage and fire hold the relay by leases of this length, renewed twice a second [S1]. */
export const LEASE_MS = 1_500;
export const RENEW_MS = 500;

export type RelockWhy = Extract<EventDraft, { type: 'door-relocked' }>['why'];
type Released = Extract<EventDraft, { type: 'door-released' }>;
/** Who or what a release goes back to. */
export type ReleaseFacts = Pick<Released, 'cause' | 'attemptId' | 'by'>;

export const rest = { type: 'rest-relay' } as const;

/** The door with its lock moved on, and the moments noted that the leaf is judged by. */
export function withLock(state: DoorState, lock: Lock, nowMs: number): DoorState {
  const restedMs = isEnergised(state.lock) && !isEnergised(lock) ? nowMs : state.restedMs;
  const excusedMs = isHeld(state.lock) && !isHeld(lock) ? nowMs : state.excusedMs;
  return { ...state, lock, restedMs, excusedMs };
}

/** The next lease of a held relay; none reaches past a passage's end. */
export function renewal({ fire, passage }: Orders, nowMs: number): DoorEffect {
  return { type: 'energise-relay', forMs: fire || !passage ? LEASE_MS : Math.min(LEASE_MS, passage.untilMs - nowMs) };
}

export const relocked = (why: RelockWhy): DoorEffect => tell({ type: 'door-relocked', why });
export const released = (facts: ReleaseFacts, forMs: number): DoorEffect => tell({ type: 'door-released', ...facts, forMs });
