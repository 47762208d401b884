import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import type { Checkpointed, CheckpointSetup } from './checkpoint-worker.ts';
import type { Store } from './store.ts';

const workerFile = new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url);
/** Pieces of work between two checkpoints: some 4 pages each, so some 32 MB. */
const EVERY = 2_048;
/** Work that comes faster than so much in so long is worth a thread. */
const BUSY_MS = 10_000;
/** SQLite's own default: every 4 MB the commit that comes to it pays for a checkpoint. */
const PAGES_AT_REST = 1_000;
/** While the thread is at it only a backstop: 256 MB. */
const PAGES_WHEN_BUSY = 65_536;
/** From 64 MB on the log is brought to its beginning again. */
const PAGES_TO_RESTART = 16_384;

/**
 * Moves what was committed from the write-ahead log into the database. By itself SQLite does that in the commit that finds
 * 4 MB in the log, and everybody in that commit waits for thousands of pages to be written and flushed: several times a
 * second when many doors ask. Then a thread with a connection of its own does it beside the commits. It can bring the log
 * to its beginning only when no commit comes in between, which under load never happens: once the log is long this
 * thread copies the few pages that are left, which takes a flush.
 *
 * A backend with little to do has no thread, and SQLite's own way.
 */
export class Checkpoints {
  readonly #store: Store;
  readonly #dir: string | undefined;
  readonly #clock: Clock;
  #thread: Worker | undefined;
  #isAtIt = false;
  #works = 0;
  #countedFromMs: number;

  /** `dir`: the database's folder; absent for one in memory, which has no log. */
  constructor(store: Store, dir: string | undefined, clock: Clock) {
    this.#store = store;
    this.#dir = dir;
    this.#clock = clock;
    this.#countedFromMs = clock.monotonicMs();
  }

  /** Whether a thread is there now. */
  get isBusy(): boolean {
    return this.#thread !== undefined;
  }

  /** To be told after each commit how many pieces of work were in it. */
  committed(works: number): void {
    this.#works += works;
    if (this.#works < EVERY || this.#dir === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    const isBusy = nowMs - this.#countedFromMs < BUSY_MS;
    this.#works = 0;
    this.#countedFromMs = nowMs;
    if (isBusy) this.#checkpoint(this.#dir);
    else void this.close();
  }

  /** Ends the thread, if there is one; it may come back. */
  async close(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    this.#leave(thread);
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    thread.postMessage('end');
    await ended;
  }

  #checkpoint(dir: string): void {
    const thread = this.#thread ?? this.#start(dir);
    if (this.#isAtIt) return;
    this.#isAtIt = true;
    thread.postMessage('checkpoint');
  }

  #start(dir: string): Worker {
    const thread = new Worker(workerFile, { workerData: { dir } satisfies CheckpointSetup, resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 } });
    thread.on('message', (done: Checkpointed) => this.#done(done));
    // Without it SQLite does it by itself again, until there is much to do again.
    thread.on('error', () => this.#leave(thread));
    this.#thread = thread;
    this.#store.pragma(`wal_autocheckpoint = ${PAGES_WHEN_BUSY}`);
    return thread;
  }

  #done({ log }: Checkpointed): void {
    this.#isAtIt = false;
    if (this.#thread && log >= PAGES_TO_RESTART && this.#store.open) this.#store.pragma('wal_checkpoint(PASSIVE)');
  }

  #leave(thread: Worker): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#isAtIt = false;
    if (this.#store.open) this.#store.pragma(`wal_autocheckpoint = ${PAGES_AT_REST}`);
  }
}
