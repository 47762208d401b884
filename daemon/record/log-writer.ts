import { mkdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import { messageOf, PosternError } from '../base/errors.ts';
import type { StoredEvent } from '../base/events.ts';
import type { UseOfToken } from '../base/token-use.ts';
import { chain, EMPTY_CHAIN, type ChainHead, type EventStamp, type UnchainedEvent } from '../base/event-chain.ts';
import { openDatabase } from './log-database.ts';
import { inWords, logFiles } from './log-files.ts';
import { MAX_PRUNED_AT_ONCE, planPrune, type PruneFacts, type PruneLimits } from './prune-plan.ts';
import { SpaceReserve } from './space-reserve.ts';
import { WriterLock } from './writer-lock.ts';

/** Commits and the events in them, each counted: 200 grants, some eight pages of 4 KiB each, are 6 MB of write-ahead log. */
const WRITES_PER_CHECKPOINT = 400;

export interface PruneStep {
  deleted: number;
  /** The log-pruned event; none when nothing was deleted. */
  stored: StoredEvent[];
  /** True when the limits ask for more than one step deletes. */
  more: boolean;
}

/**
 * The one writer of an event log; it blocks, so it lives in a worker thread. Each call is one transaction with
 * synchronous=FULL: when it returns, it is on the disk; when it throws, the log is as before.
 */
export class LogWriter {
  readonly #lock: WriterLock;
  readonly #db: Database.Database;
  readonly #reserve: SpaceReserve;
  readonly #insertEvent: Database.Statement;
  readonly #recordUse: Database.Statement;
  #head: ChainHead | undefined;
  #writes = 0;

  private constructor(lock: WriterLock, db: Database.Database, reserve: SpaceReserve) {
    this.#lock = lock;
    this.#db = db;
    this.#reserve = reserve;
    this.#insertEvent = db.prepare('INSERT INTO events (seq, id, at_ms, type, body, hash) VALUES (?, ?, ?, ?, ?, ?)');
    this.#recordUse = db.prepare(RECORD_USE);
    this.#head = this.#readHead();
  }

  /** Opens or creates the log in `dir`. Throws PosternError: log-in-use, log-damaged, log-newer, log-foreign, storage. */
  static open({ dir, reserveBytes }: { dir: string; reserveBytes: number }): LogWriter {
    makeFolder(dir);
    const files = logFiles(dir);
    const lock = WriterLock.take(files.lock);
    let db: Database.Database | undefined;
    try {
      const reserve = new SpaceReserve(files.reserve, reserveBytes);
      const writer = inWords(files.db, () => new LogWriter(lock, db = openDatabase(files.db), reserve));
      reserve.fill();
      return writer;
    } catch (thrown) {
      db?.close();
      lock.release();
      throw thrown;
    }
  }

  get head(): ChainHead {
    return this.#head ??= this.#readHead();
  }

  get reserveIsWhole(): boolean {
    return this.#reserve.isWhole;
  }

  /** [S3] The events and the use of the token, all or nothing. */
  append(events: UnchainedEvent[], use: UseOfToken | undefined): StoredEvent[] {
    return this.#commit(() => {
      if (use) this.#recordUse.run({ step: null, ...use });
      return this.#insert(events);
    });
  }

  setState(key: string, json: string): void {
    this.#commit(() => this.#db.prepare('INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(key, json));
  }

  /**
   * Deletes a prefix of the log. The log-pruned event that stands for it, and holds the hash that what is left
   * is chained to, is written first, in the same transaction.
   */
  prune(limits: PruneLimits, stamp: EventStamp): PruneStep {
    const { count, throughSeq, more } = planPrune(this.#pruneFacts(limits), limits);
    if (count === 0) return { deleted: 0, stored: [], more: false };
    const stored = this.#commit(() => {
      const throughHash = this.#db.prepare('SELECT hash FROM events WHERE seq = ?').pluck().get(throughSeq) as string;
      const notice = this.#insert([{ ...stamp, type: 'log-pruned', throughSeq, throughHash }]);
      this.#db.prepare('UPDATE anchor SET through_seq = ?').run(throughSeq);
      this.#db.prepare('DELETE FROM events WHERE seq <= ?').run(throughSeq);
      return notice;
    });
    this.#writes += count;
    return { deleted: count, stored, more };
  }

  /** Forgets up to 1,000 tokens last used before `beforeMs`. Returns how many. */
  pruneUses(beforeMs: number): number {
    const few = 'SELECT token_id FROM uses WHERE last_at_ms < ? LIMIT 1000';
    return this.#commit(() => this.#db.prepare(`DELETE FROM uses WHERE token_id IN (${few})`).run(beforeMs).changes);
  }

  /** What can wait until the caller has its answer: taking back the reserve, moving commits into the database file. */
  tidy(): void {
    const diskIsFull = !this.#reserve.fill();
    // On a full disk after every commit, for then the write-ahead log is used anew and takes nothing of what the reserve gave.
    if (this.#writes < WRITES_PER_CHECKPOINT && !diskIsFull) return;
    this.#writes = 0;
    try {
      // PASSIVE waits for no reader. What cannot be moved now is moved the next time.
      this.#db.pragma('wal_checkpoint(PASSIVE)');
    } catch (thrown) {
      // A disk that fails here fails the next commit too, and that one tells.
      if (!(thrown instanceof Database.SqliteError)) throw thrown;
    }
  }

  close(): void {
    this.#db.close();
    this.#lock.release();
  }

  #insert(events: UnchainedEvent[]): StoredEvent[] {
    this.#writes += events.length;
    return events.map((unchained) => {
      const { event, body } = chain(unchained, this.head);
      this.#insertEvent.run(event.seq, event.id, event.atMs, event.type, body, event.hash);
      this.#head = { seq: event.seq, hash: event.hash };
      return event;
    });
  }

  /** One transaction; on a full disk once more, with the reserve given up [S3]. */
  #commit<T>(work: () => T): T {
    this.#writes += 1;
    try {
      return this.#once(work);
    } catch (thrown) {
      if (!isDiskFull(thrown) || !this.#reserve.release()) throw thrown;
      return this.#once(work);
    }
  }

  #once<T>(work: () => T): T {
    try {
      return this.#db.transaction(work).immediate();
    } catch (thrown) {
      // Whatever failed: the next event goes behind what the database says is last.
      this.#head = undefined;
      throw thrown;
    }
  }

  #readHead(): ChainHead {
    return this.#db.prepare<[], ChainHead>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1').get() ?? EMPTY_CHAIN;
  }

  #pruneFacts({ beforeMs }: PruneLimits): PruneFacts {
    const firstSeq = this.#number('SELECT coalesce(min(seq), 1) FROM events');
    const nextSeq = Math.min(this.head.seq + 1, firstSeq + MAX_PRUNED_AT_ONCE);
    // A younger event among the old ones ends the prefix, for a clock may have jumped.
    const firstToStay = this.#number('SELECT coalesce((SELECT seq FROM events WHERE seq < ? AND at_ms >= ? ORDER BY +seq LIMIT 1), ?)', nextSeq, beforeMs ?? 0, nextSeq);
    const usedBytes = this.#number('SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size');
    return { firstSeq, head: this.head, agedThroughSeq: beforeMs === undefined ? 0 : firstToStay - 1, usedBytes };
  }

  #number(sql: string, ...values: number[]): number {
    return this.#db.prepare(sql).pluck().get(...values) as number;
  }
}

const RECORD_USE = `
  INSERT INTO uses (token_id, counted, last_counted_at_ms, last_at_ms, last_step)
    VALUES (:tokenId, :counts, iif(:counts, :atMs, NULL), :atMs, :step)
  ON CONFLICT DO UPDATE SET
    counted = counted + excluded.counted,
    last_counted_at_ms = ifnull(excluded.last_counted_at_ms, last_counted_at_ms),
    last_at_ms = excluded.last_at_ms,
    last_step = nullif(max(ifnull(last_step, -1), ifnull(excluded.last_step, -1)), -1)`;

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (thrown) {
    throw new PosternError('storage', `The state folder ${dir} cannot be made (${messageOf(thrown)}). Make it, and let this user write in it.`, { cause: thrown });
  }
}

function isDiskFull(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && (thrown.code === 'SQLITE_FULL' || thrown.code === 'SQLITE_IOERR_SHMSIZE');
}
