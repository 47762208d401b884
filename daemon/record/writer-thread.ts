import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { InFlight } from '../base/in-flight.ts';
import type { ChainHead } from '../base/event-chain.ts';
import type { WriterAnswer, WriterData, WriterError, WriterRequest, WriterResult } from './writer-protocol.ts';

export interface WriterThreadOptions {
  clock: Clock;
  data: WriterData;
  /** How many requests may wait for the disk [S9]. */
  maxWaiting: number;
  /** Told of each commit, in their order, before whoever asked for it. */
  onDone: (result: WriterResult, reserveIsWhole: boolean) => void;
  onFailed: (error: Error) => void;
}

/** How long a commit took: in all, and of that in the writer (the disk, mostly). */
export interface CommitTiming {
  totalMs: number;
  commitMs: number;
}

/** What a commit leaves behind is small and soon collected; V8 would let it grow to three times 16 MB first [S9]. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 8 };

interface Asked {
  atMs: number;
  resolve: (result: WriterResult) => void;
  reject: (error: Error) => void;
}

/**
 * The writer of the log as seen from the main thread: a bounded queue of requests, answered one by one, in order.
 * A writer that dies of a bug ends the process: without a log no door may open, and a restart mends more than a half-dead log.
 */
export class WriterThread {
  readonly #o: WriterThreadOptions;
  readonly #worker: Worker;
  readonly #asked: Asked[] = [];
  readonly #inFlight = new InFlight();
  #lastCommit: CommitTiming | undefined;
  #closed = false;

  private constructor(options: WriterThreadOptions, worker: Worker) {
    this.#o = options;
    this.#worker = worker;
    worker.removeAllListeners('error').on('message', (answer: WriterAnswer) => this.#take(answer)).on('error', (bug) => { throw bug; });
  }

  /** Rejects with the PosternErrors of `LogWriter.open`. */
  static async open(options: WriterThreadOptions): Promise<{ thread: WriterThread; head: ChainHead; reserveIsWhole: boolean }> {
    const worker = new Worker(new URL(`./event-log-worker${extname(import.meta.url)}`, import.meta.url), { workerData: options.data, resourceLimits: HEAP_LIMITS });
    const opened = await new Promise<WriterAnswer>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    if (opened.kind === 'opened') return { thread: new WriterThread(options, worker), ...opened };
    await worker.terminate();
    throw opened.kind === 'failed' ? errorOf(opened.error) : new Error('the writer answered before it was asked');
  }

  get lastCommit(): CommitTiming | undefined {
    return this.#lastCommit;
  }

  /** Resolves when it is on the disk. Rejects with PosternError('storage') when the disk fails or too many wait. */
  ask(request: WriterRequest): Promise<WriterResult> {
    if (this.#closed) return Promise.reject(new PosternError('storage', 'The event log is closed.'));
    if (this.#asked.length >= this.#o.maxWaiting) {
      return Promise.reject(new PosternError('storage', `${this.#asked.length} commits wait for the disk already. Check the disk or memory card.`, { transient: true }));
    }
    return this.#send(request);
  }

  /** Resolves when no request is under way. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  /** Lets what is under way come to its end, then the thread. */
  async close(): Promise<void> {
    if (this.#closed) return this.idle();
    this.#closed = true;
    const ended = this.#inFlight.track(new Promise((resolve) => this.#worker.once('exit', resolve)));
    await this.#send({ kind: 'close' });
    await ended;
  }

  #send(request: WriterRequest): Promise<WriterResult> {
    return this.#inFlight.track(new Promise((resolve, reject) => {
      this.#asked.push({ atMs: this.#o.clock.monotonicMs(), resolve, reject });
      this.#worker.postMessage(request);
    }));
  }

  #take(answer: WriterAnswer): void {
    const asked = this.#asked.shift();
    if (!asked || answer.kind === 'opened') throw new Error('the writer answered what was not asked');
    if (answer.kind === 'failed') {
      const error = errorOf(answer.error);
      this.#o.onFailed(error);
      return asked.reject(error);
    }
    this.#lastCommit = { totalMs: this.#o.clock.monotonicMs() - asked.atMs, commitMs: answer.commitMs };
    this.#o.onDone(answer.result, answer.reserveIsWhole);
    asked.resolve(answer.result);
  }
}

function errorOf({ code, message, transient }: WriterError): Error {
  return code === undefined ? new Error(message) : new PosternError(code, message, { transient });
}
