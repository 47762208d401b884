import type { EventType, StoredEvent } from '../../base/events.ts';
import { attemptLine, attemptTypes } from '../attempt-line.ts';
import type { ScanPayload } from './payloads.ts';

/** The log, as far as attempts are taken from it. */
export interface AttemptLog {
  query(query: { types: readonly EventType[]; newestFirst: true; limit: 1 }): StoredEvent[];
  onStored(listener: (event: StoredEvent) => void): void;
}

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

  constructor(events: AttemptLog) {
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
