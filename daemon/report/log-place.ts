import type { ChainHead } from '../base/event-chain.ts';
import type { EventType, StoredEvent } from '../base/events.ts';

/** The event log by the smallest view that serves whoever passes its events on. */
export interface PassedOnLog {
  query(query: { types?: readonly EventType[]; afterSeq?: number; limit?: number }): StoredEvent[];
  head(): ChainHead;
}

/** The event log, for whoever tells the newest of something. */
export interface NewestInLog {
  query(query: { types: readonly EventType[]; newestFirst: true; limit: 1 }): StoredEvent[];
  onStored(listener: (event: StoredEvent) => void): void;
}

/** A log that does not have the event up to which it was passed on is another log, or was rewritten. */
export function isOtherLog(log: PassedOnLog, { seq, hash }: ChainHead): boolean {
  if (seq === 0) return false;
  const [event] = log.query({ afterSeq: seq - 1, limit: 1 });
  return event?.seq === seq ? event.hash !== hash : log.head().seq < seq;
}

/** How many events come after one, and since when, by the door's clock; undefined: none. */
export function waitingAfter(log: PassedOnLog, seq: number): { count: number; sinceMs: number } | undefined {
  const [first] = log.query({ afterSeq: seq, limit: 1 });
  return first && { count: log.head().seq - first.seq + 1, sinceMs: first.atMs };
}

/** What was stored as a place in the chain, if it is one. */
export function chainHeadFrom(value: unknown): ChainHead | undefined {
  const { seq, hash } = (value ?? {}) as Partial<ChainHead>;
  return Number.isSafeInteger(seq) && typeof hash === 'string' ? { seq: seq as number, hash } : undefined;
}
