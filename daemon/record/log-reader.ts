import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { PosternError } from '../base/errors.ts';
import type { EventType, StoredEvent } from '../base/events.ts';
import type { TokenUses } from '../base/token-use.ts';
import { EMPTY_CHAIN, type ChainHead } from '../base/event-chain.ts';
import { inWords } from './log-files.ts';
import { requireCurrent } from './migrations.ts';

const MAX_EVENTS = 10_000;
const CLOCK_SLACK = 1_000;

export interface EventQuery {
  types?: readonly EventType[];
  /** Wall milliseconds, inclusive. */
  sinceMs?: number;
  /** Wall milliseconds, exclusive. */
  untilMs?: number;
  afterSeq?: number;
  beforeSeq?: number;
  /** 1 to 10,000; default 100. */
  limit?: number;
  newestFirst?: boolean;
}

/** A row as it stands in the file, for whoever checks it. */
export interface EventRow {
  seq: number;
  id: string;
  at_ms: number;
  type: string;
  body: string;
  hash: string;
}

/** Reads an event log, also one that a daemon is writing; sees every commit made before the call. */
export class LogReader {
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #usesOf: Database.Statement<[string], { counted: number; lastCountedAtMs: number | null; lastStep: number | null }>;
  readonly #state: Database.Statement<[string], { value: string }>;

  private constructor(db: Database.Database, path: string) {
    this.#db = db;
    this.#path = path;
    this.#usesOf = db.prepare('SELECT counted, last_counted_at_ms AS lastCountedAtMs, last_step AS lastStep FROM uses WHERE token_id = ?');
    this.#state = db.prepare('SELECT value FROM state WHERE key = ?');
  }

  /** Throws PosternError: log-missing, log-damaged, log-newer, log-older, log-foreign, storage. */
  static open(path: string): LogReader {
    if (!existsSync(path)) throw new PosternError('log-missing', `There is no event log ${path}. Name the state folder of a door, or start the daemon once.`);
    return inWords(path, () => {
      // Readers of a write-ahead log hardly ever wait; what is waited for is another reader's recovery after a crash.
      const db = new Database(path, { readonly: true, timeout: 100 });
      try {
        requireCurrent(db, path);
        return new LogReader(db, path);
      } catch (thrown) {
        db.close();
        throw thrown;
      }
    });
  }

  /** Events in the order of the log, or the other way round. */
  query(query: EventQuery = {}): StoredEvent[] {
    const { conditions, values } = conditionsOf(query);
    const direction = query.newestFirst ? 'DESC' : 'ASC';
    const limit = Math.min(Math.max(1, query.limit ?? 100), MAX_EVENTS);
    // With a time, "+" keeps SQLite from walking the whole log by seq to find the few in it; and only those that are
    // chosen by the indexes have their bodies read.
    const walk = query.sinceMs === undefined && query.untilMs === undefined ? 'seq' : '+seq';
    const chosen = `SELECT seq FROM events ${conditions} ORDER BY ${walk} ${direction} LIMIT ${limit}`;
    const sql = `SELECT body, hash FROM events WHERE seq IN (${chosen}) ORDER BY seq ${direction}`;
    return inWords(this.#path, () => this.#db.prepare<unknown[], Pick<EventRow, 'body' | 'hash'>>(sql).all(...values)).map(eventOf);
  }

  /**
   * Between which places the events of a time are, both inclusive. By the clock's word, which may have been set back and forth:
   * of so many neighbours in time as `CLOCK_SLACK` the farthest counts. Costs no more for a long log.
   */
  placesOf({ sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER }: Pick<EventQuery, 'sinceMs' | 'untilMs'>): { first: number; last: number } {
    const near = (sql: string, atMs: number): number | null => this.#db.prepare<[number], number | null>(sql).pluck().get(atMs) ?? null;
    return inWords(this.#path, () => ({
      first: near(`SELECT min(seq) FROM (SELECT seq FROM events WHERE at_ms >= ? ORDER BY at_ms LIMIT ${CLOCK_SLACK})`, sinceMs) ?? Number.MAX_SAFE_INTEGER,
      last: near(`SELECT max(seq) FROM (SELECT seq FROM events WHERE at_ms < ? ORDER BY at_ms DESC LIMIT ${CLOCK_SLACK})`, untilMs) ?? 0,
    }));
  }

  /** Every row, first to last. */
  rows(): IterableIterator<EventRow> {
    return this.#db.prepare<[], EventRow>('SELECT * FROM events ORDER BY seq').iterate();
  }

  lastRow(type: EventType): EventRow | undefined {
    return this.#db.prepare<[string], EventRow>('SELECT * FROM events WHERE type = ? ORDER BY seq DESC LIMIT 1').get(type);
  }

  /** Runs `work`, all of whose reads see the same log, whatever the daemon commits meanwhile. */
  atOneMoment<T>(work: () => T): T {
    this.#db.exec('BEGIN');
    try {
      return work();
    } finally {
      // There is nothing to commit, and of a damaged file SQLite would not.
      this.#db.exec('ROLLBACK');
    }
  }

  head(): ChainHead {
    return inWords(this.#path, () => this.#db.prepare<[], ChainHead>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1').get()) ?? EMPTY_CHAIN;
  }

  usesOf(tokenId: string): TokenUses {
    const row = inWords(this.#path, () => this.#usesOf.get(tokenId));
    return { counted: row?.counted ?? 0, lastCountedAtMs: row?.lastCountedAtMs ?? undefined, lastStep: row?.lastStep ?? undefined };
  }

  state(key: string): unknown {
    const row = inWords(this.#path, () => this.#state.get(key));
    return row && JSON.parse(row.value);
  }

  close(): void {
    this.#db.close();
  }
}

/** Throws PosternError('log-damaged') for a body that is no JSON object; whether it is what a door wrote, only `verifyLog` tells. */
export function eventOf({ body, hash }: Pick<EventRow, 'body' | 'hash'>): StoredEvent {
  try {
    return { ...(JSON.parse(body) as StoredEvent), hash };
  } catch (thrown) {
    throw new PosternError('log-damaged', 'An event in the log cannot be read. "postern verify-log" says which.', { cause: thrown });
  }
}

function conditionsOf({ types, sinceMs, untilMs, afterSeq, beforeSeq }: EventQuery): { conditions: string; values: unknown[] } {
  const all: [string, unknown][] = [
    ['type IN (SELECT value FROM json_each(?))', types && JSON.stringify(types)],
    ['at_ms >= ?', sinceMs],
    ['at_ms < ?', untilMs],
    ['seq > ?', afterSeq],
    ['seq < ?', beforeSeq],
  ];
  const asked = all.filter(([, value]) => value !== undefined);
  return { conditions: asked.length > 0 ? `WHERE ${asked.map(([sql]) => sql).join(' AND ')}` : '', values: asked.map(([, value]) => value) };
}
