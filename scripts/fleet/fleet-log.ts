import Database from 'better-sqlite3';
import type { DurableState } from '../../daemon/base/durable-state.ts';
import { chain, EMPTY_CHAIN, type ChainHead, type UnchainedEvent } from '../../daemon/base/event-chain.ts';
import type { EventType, StoredEvent } from '../../daemon/base/events.ts';
import { eventOf, type EventRow } from '../../daemon/record/log-reader.ts';
import { migrate } from '../../daemon/record/migrations.ts';

const IN_MEMORY = ':memory:';

/** A door's log by the daemon's own schema, in memory and in this thread: a thousand of them fit into one process. */
export class FleetLog {
  readonly state: DurableState;
  readonly #db = new Database(IN_MEMORY);
  readonly #listeners: ((event: StoredEvent) => void)[] = [];
  readonly #insert: Database.Statement;
  readonly #after: Database.Statement<[number, string | null, string | null, number], Pick<EventRow, 'body' | 'hash'>>;
  #head: ChainHead = EMPTY_CHAIN;

  constructor() {
    migrate(this.#db, IN_MEMORY);
    // What a thousand of these would set aside for themselves, each.
    this.#db.pragma('cache_size = -64');
    this.#insert = this.#db.prepare('INSERT INTO events (seq, id, at_ms, type, body, hash) VALUES (?, ?, ?, ?, ?, ?)');
    this.#after = this.#db.prepare('SELECT body, hash FROM events WHERE seq > ? AND (? IS NULL OR type IN (SELECT value FROM json_each(?))) ORDER BY seq LIMIT ?');
    const values = new Map<string, string>();
    this.state = {
      get: (key) => (JSON.parse(values.get(key) ?? 'null') as unknown) ?? undefined,
      set: (key, value) => {
        values.set(key, JSON.stringify(value));
        return Promise.resolve();
      },
    };
  }

  append(unchained: UnchainedEvent): StoredEvent {
    const { event, body } = chain(unchained, this.#head);
    this.#insert.run(event.seq, event.id, event.atMs, event.type, body, event.hash);
    this.#head = { seq: event.seq, hash: event.hash };
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  query({ types, afterSeq = 0, limit = 100 }: { types?: readonly EventType[]; afterSeq?: number; limit?: number }): StoredEvent[] {
    const wanted = types ? JSON.stringify(types) : null;
    return this.#after.all(afterSeq, wanted, wanted, limit).map(eventOf);
  }

  head(): ChainHead {
    return this.#head;
  }

  onStored(listener: (event: StoredEvent) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#db.close();
  }
}
