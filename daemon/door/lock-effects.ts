import type { EventDraft } from '../base/events.ts';
import type { DoorEffect } from './transition-rule.ts';
import { tell } from './transition-rule.ts';

/** Passage and fire hold the relay by leases of this length, renewed twice a second [S1]. */
const LEASE_MS = 1_500;
export const RENEW_MS = 500;

export type RelockWhy = Extract<EventDraft, { type: 'door-relocked' }>['why'];
type Released = Extract<EventDraft, { type: 'door-released' }>;
/** Who or what a release goes back to. */
export type ReleaseFacts = Pick<Released, 'cause' | 'attemptId' | 'by'>;

export const rest = { type: 'rest-relay' } as const;
export const renewal = { type: 'energise-relay', forMs: LEASE_MS } as const;

export const relocked = (why: RelockWhy): DoorEffect => tell({ type: 'door-relocked', why });
export const released = (facts: ReleaseFacts, forMs: number): DoorEffect => tell({ type: 'door-released', ...facts, forMs });
