import type { StoredEvent } from '../../base/events.ts';
import { attemptLine, attemptTypes } from '../attempt-line.ts';
import type { NewestInLog } from '../log-place.ts';
import type { ScanPayload } from './payloads.ts';

/** An attempt as brokers are told of it; undefined for an event that is none. */
export function scanPayload(event: StoredEvent): ScanPayload | undefined {
  const line = attemptLine(event);
  if (!line) return undefined;
  const { outcome: event_type, atMs, text, token } = line;
  return { event_type, id: event.id, atMs, text, ...(token !== undefined && { token }) };
}

/** The newest attempt in the log, also when it was before the daemon's start: for those who begin to watch later. */
export class LastAttempt {
  #payload: ScanPayload | undefined;

  constructor(events: NewestInLog) {
    const [last] = events.query({ types: attemptTypes, newestFirst: true, limit: 1 });
    if (last) this.#see(last);
    events.onStored((event) => this.#see(event));
  }

  get payload(): ScanPayload | undefined {
    return this.#payload;
  }

  #see(event: StoredEvent): void {
    this.#payload = scanPayload(event) ?? this.#payload;
  }
}
