import type { StoredEvent } from '../base/events.ts';

const MAX_EVENTS = 100;
const MAX_BYTES = 256 * 1024;

/** As many of the events as one upload carries: one at least. */
export function batchOf(events: StoredEvent[]): StoredEvent[] {
  let bytes = 0;
  const count = events.slice(0, MAX_EVENTS).findIndex((event) => (bytes += Buffer.byteLength(JSON.stringify(event)) + 1) > MAX_BYTES);
  return events.slice(0, count < 0 ? MAX_EVENTS : Math.max(1, count));
}
