import { createHash } from 'node:crypto';
import type { ClockTrust, EventDraft, StoredEvent } from './events.ts';
import { canonicalJson } from './canonical-json.ts';

/** The last event of a log (or of a part of it): what the next one is chained to, and what is told elsewhere as an anchor. */
export interface ChainHead {
  /** 0 while the log is empty. */
  seq: number;
  /** SHA-256, hex. */
  hash: string;
}

/** Where a chain begins. */
export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: '0'.repeat(64) };

/** What the door knows of an event before it has a place in the chain. */
export interface EventStamp {
  /** ULID. */
  id: string;
  atMs: number;
  doorUuid: string;
  clock: ClockTrust;
}
export type UnchainedEvent = EventDraft & EventStamp;

/** An event in its place, with the text that is stored and hashed: its canonical JSON without `hash`. */
export interface ChainedEvent {
  event: StoredEvent;
  body: string;
}

/** Puts an event behind `head`. */
export function chain(unchained: UnchainedEvent, head: ChainHead): ChainedEvent {
  const placed = { ...unchained, seq: head.seq + 1, prevHash: head.hash };
  const body = canonicalJson(placed);
  return { event: { ...placed, hash: hashOf(body) }, body };
}

/** SHA-256 of a stored body, hex. */
export function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
