import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventType, StoredEvent } from '../../base/events.ts';

/** The event log as the page reads it. Each call is synchronous on the door's own loop, so each is to be small. */
export interface ReadableLog {
  query(query: { types?: readonly EventType[]; afterSeq?: number; beforeSeq?: number; limit?: number; newestFirst?: boolean }): StoredEvent[];
  placesOf(time: { sinceMs?: number; untilMs?: number }): { first: number; last: number };
  head(): { seq: number };
}

/** A bite of so many places of the log is a millisecond or two on a small board, whatever stands there. */
const BITE = 250;

export interface Bite {
  /** Newest first; of the types asked for. */
  events: StoredEvent[];
  /** All from this place on has been told. */
  downTo: number;
}

/** The log backwards from before `before` to `first`, in small bites, with everything else that waits going first between two. */
export async function* walkBack(log: ReadableLog, types: readonly EventType[], { before, first, isOver = () => false }: { before: number; first: number; isOver?: () => boolean }): AsyncGenerator<Bite> {
  for (let end = before; end > Math.max(1, first); end -= BITE) {
    // The log may have been closed meanwhile.
    if (isOver()) return;
    const downTo = Math.max(1, first, end - BITE);
    yield { events: log.query({ types, beforeSeq: end, afterSeq: downTo - 1, limit: BITE, newestFirst: true }), downTo };
    await nextTurn();
  }
}
