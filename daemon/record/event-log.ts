import type { Clock } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import { PosternError } from '../base/errors.ts';
import type { ClockTrust, EventDraft, StoredEvent } from '../base/events.ts';
import { ulid, type RandomSource } from '../base/ids.ts';
import type { StatusBoard } from '../base/status.ts';
import type { TokenUses, UseOfToken } from '../base/token-use.ts';
import type { ChainHead, EventStamp } from '../base/event-chain.ts';
import { logFiles } from './log-files.ts';
import { LogReader, type EventQuery } from './log-reader.ts';
import type { PruneLimits } from './prune-plan.ts';
import type { WriterRequest, WriterResult } from './writer-protocol.ts';
import { WriterThread, type CommitTiming } from './writer-thread.ts';

const DEFAULT_COMMIT_DEADLINE_MS = 2_000;
const DEFAULT_MAX_WAITING = 256;
const DEFAULT_RESERVE_BYTES = 8 * 1024 * 1024;
/** A text from outside (an answer, a program's error output) may be of any length; an event keeps this much of it [S9]. */
const MAX_TEXT_CHARS = 2_000;

export interface EventLogOptions {
  /** The state folder; made when it is not there. */
  dir: string;
  doorUuid: string;
  clock: Clock;
  clockTrust: () => ClockTrust;
  random: RandomSource;
  /** Told of the part `event-log`. */
  status?: StatusBoard;
  /** How long `append` and `state.set` wait for the disk. */
  commitDeadlineMs?: number;
  /** How many commits may wait for the disk [S9]. */
  maxWaiting?: number;
  /** Disk space that pictures can never take [S3]. */
  reserveBytes?: number;
}

/**
 * The door's memory: an append-only chain of events, the uses of tokens, and durable state, in SQLite.
 *
 * INVARIANTS
 * - Commits happen in the order in which they were asked for, one at a time, in a thread of their own: the main loop
 *   never waits for a disk. Reading is done here, on a read-only connection.
 * - [S3] What `append` resolved is on the disk, and `usesOf`, `query` and `state.get` see it.
 * - [S3] A commit past its deadline is rejected but not taken back: when the disk wakes up, its events are in the log
 *   (listeners are told) and its use is counted, while the caller, who was told "storage", has left the relay at rest.
 *   An opening is lost; a second one is never granted.
 */
export class EventLog {
  readonly state: DurableState;
  readonly #o: EventLogOptions;
  readonly #listeners: ((event: StoredEvent) => void)[] = [];
  readonly #writer: WriterThread;
  readonly #reader: LogReader;
  #head: ChainHead;

  private constructor(options: EventLogOptions, writer: WriterThread, reader: LogReader) {
    this.#o = options;
    this.#writer = writer;
    this.#reader = reader;
    this.#head = reader.head();
    this.state = {
      get: (key) => reader.state(key),
      set: async (key, value) => void await this.#inTime({ kind: 'set-state', key, json: JSON.stringify(value) }),
    };
  }

  /**
   * Opens or creates the log in `dir`. Rejects with PosternError: `log-in-use`, `log-damaged`, `log-newer`, `log-foreign`
   * (each says what to do; a log is never replaced silently), `storage`.
   */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const { clock, dir, maxWaiting = DEFAULT_MAX_WAITING, reserveBytes = DEFAULT_RESERVE_BYTES } = options;
    const { thread, reserveIsWhole } = await WriterThread.open({
      clock, maxWaiting, data: { dir, reserveBytes },
      onDone: (result, isWhole) => log.#committed(result, isWhole),
      onFailed: (error) => options.status?.report('event-log', 'down', error.message),
    });
    const log = new EventLog(options, thread, await readerBeside(thread, dir));
    log.#committed(undefined, reserveIsWhole);
    return log;
  }

  /** A new ULID, from the injected clock and random source. */
  newId(): string {
    return ulid(this.#o.clock.wallMs(), this.#o.random);
  }

  /**
   * Commits the events, and with them the use of a token, in one transaction; resolves when they are on the disk.
   * `id` becomes the id of the first event; an id is used once. Rejects with PosternError('storage') when the disk
   * fails, when it takes over the deadline, and when too many commits wait.
   */
  async append(drafts: EventDraft | EventDraft[], use?: UseOfToken, id?: string): Promise<StoredEvent[]> {
    const events = [drafts].flat().map((draft, i) => ({ ...withShortTexts(draft), ...this.#stamp(i === 0 ? id : undefined) }));
    const { stored } = await this.#inTime({ kind: 'append', events, use });
    return stored;
  }

  usesOf(tokenId: string): TokenUses {
    return this.#reader.usesOf(tokenId);
  }

  query(query: EventQuery = {}): StoredEvent[] {
    return this.#reader.query(query);
  }

  /** See `LogReader.placesOf`. */
  placesOf(time: Pick<EventQuery, 'sinceMs' | 'untilMs'>): { first: number; last: number } {
    return this.#reader.placesOf(time);
  }

  /** The last event committed: what is told elsewhere, so that a log cut or rewritten shows. */
  head(): ChainHead {
    return this.#head;
  }

  /** Calls `listener` with each event after its commit, in the order of the log. */
  onStored(listener: (event: StoredEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** For the benchmark. */
  get lastCommit(): CommitTiming | undefined {
    return this.#writer.lastCommit;
  }

  /**
   * Deletes the oldest events that are over the limits, a piece at a time; resolves to how many. A suspect clock may be
   * years ahead, so by it nothing is deleted for its age.
   */
  async prune({ maxAgeMs, maxBytes }: { maxAgeMs?: number; maxBytes?: number }): Promise<number> {
    const byAge = maxAgeMs !== undefined && this.#o.clockTrust() !== 'suspect';
    const limits: PruneLimits = { ...(byAge && { beforeMs: this.#wallMs() - maxAgeMs }), ...(maxBytes !== undefined && { maxBytes }) };
    let deleted = 0;
    for (let more = true; more;) {
      const step = await this.#writer.ask({ kind: 'prune', limits, stamp: this.#stamp() });
      deleted += step.deleted;
      more = step.more;
    }
    return deleted;
  }

  /**
   * [S3] Forgets tokens last used before `beforeMs`, at most 1,000 a call; resolves to how many. The caller sees to it
   * that they have long expired; by a suspect clock nothing is forgotten, or a spent token could open again.
   */
  async pruneUses(beforeMs: number): Promise<number> {
    if (this.#o.clockTrust() === 'suspect') return 0;
    return (await this.#writer.ask({ kind: 'prune-uses', beforeMs })).deleted;
  }

  /**
   * Writes to the database and resolves when the writer has answered, be it that the disk is full: a disk that says no is
   * told elsewhere, one that says nothing leaves this pending. For the watchdog [S10].
   */
  async touch(): Promise<void> {
    await this.#writer.ask({ kind: 'set-state', key: 'touched', json: String(this.#wallMs()) }).catch(() => undefined);
  }

  /** Resolves when no commit is under way, late ones included. */
  idle(): Promise<void> {
    return this.#writer.idle();
  }

  /** Lets what is under way come to its end and closes the log. Later appends reject. */
  async close(): Promise<void> {
    await this.idle();
    // First, so that the writer is the last to close the database and leaves it in one file.
    this.#reader.close();
    await this.#writer.close();
  }

  #stamp(id = this.newId()): EventStamp {
    return { id, atMs: this.#wallMs(), doorUuid: this.#o.doorUuid, clock: this.#o.clockTrust() };
  }

  #wallMs(): number {
    return Math.floor(this.#o.clock.wallMs());
  }

  /** [S3] What takes too long is a failure to the caller, whatever becomes of it. */
  #inTime(request: WriterRequest): Promise<WriterResult> {
    const limitMs = this.#o.commitDeadlineMs ?? DEFAULT_COMMIT_DEADLINE_MS;
    return new Promise((resolve, reject) => {
      const timer = this.#o.clock.after(limitMs, () => {
        const late = new PosternError('storage', `The event log did not reach the disk within ${limitMs} ms. Check the disk or memory card: it is slow, or failing.`, { transient: true });
        this.#o.status?.report('event-log', 'down', late.message);
        reject(late);
      });
      this.#writer.ask(request).finally(() => timer.cancel()).then(resolve, reject);
    });
  }

  #committed(result: WriterResult | undefined, reserveIsWhole: boolean): void {
    if (reserveIsWhole) this.#o.status?.report('event-log', 'ok');
    else this.#o.status?.report('event-log', 'degraded', 'The disk is nearly full: the space reserved for events is not there. Free some space.');
    for (const event of result?.stored ?? []) {
      this.#head = { seq: event.seq, hash: event.hash };
      for (const listener of this.#listeners) listener(event);
    }
  }
}

async function readerBeside(writer: WriterThread, dir: string): Promise<LogReader> {
  try {
    return LogReader.open(logFiles(dir).db);
  } catch (thrown) {
    await writer.close();
    throw thrown;
  }
}

function withShortTexts<T extends EventDraft>(draft: T): T {
  return Object.fromEntries(Object.entries(draft).map(([key, value]: [string, unknown]) => [key, shortened(value)])) as T;
}

function shortened(value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_TEXT_CHARS ? `${value.slice(0, MAX_TEXT_CHARS)}…` : value;
}
