import { Backoff } from '../base/backoff.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { InFlight } from '../base/in-flight.ts';
import type { StatusBoard } from '../base/status.ts';
import { DecodeThread, qrWorkerFile } from './decode-thread.ts';
import type { DecodeRequest, DecodeSetup } from './decode-thread.ts';
import type { ScanResult } from './scan-result.ts';

export interface DecoderOptions {
  clock: Clock;
  setup: DecodeSetup;
  /** A look that takes longer is given up, and its thread with it. Milliseconds. */
  deadlineMs: number;
  /** Told, with the reason, each time a thread was lost and another one takes its place. */
  onReplaced?: (why: string) => void;
  /** Told of the part `decoder`. */
  status?: StatusBoard;
  /** Another worker instead of `qr-worker`; tests pass one that hangs, crashes or does not start. */
  workerFile?: URL;
}

/** From a slow card a decode thread is up after some seconds. */
const START_DEADLINE_MS = 30_000;
/** A look that has taken so much of its deadline may never end: far longer than any takes on a small board, and time enough to start a thread. */
const PATIENCE = 0.25;
/** A successor that was not needed is kept for so long after the last look that was slow. */
const SUCCESSOR_KEPT_MS = 60_000;

/**
 * A decode thread that is always there again. One that hangs or crashes is lost with the picture it was at, and counted.
 *
 * Starting one takes 0.2 s, on a busy board four times that. So once a look has taken a quarter of its deadline, a successor
 * is started beside it: at the deadline it is warm and takes over at once. A spare kept ready for ever would cost 15 MB.
 */
export class Decoder {
  readonly #o: DecoderOptions;
  readonly #ending = new InFlight();
  readonly #backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
  #thread: DecodeThread;
  #successor: DecodeThread | undefined;
  #dismissal: Timer | undefined;
  #restart: Timer | undefined;
  #replaced = 0;
  #closed = false;

  constructor(options: DecoderOptions) {
    this.#o = options;
    this.#thread = this.#startThread();
  }

  /** Resolves when the first thread is warm; rejects when it is gone before that. */
  get ready(): Promise<void> {
    return this.#thread.ready;
  }

  /** Why it takes no picture now, as a sentence; undefined: it does. */
  get absence(): string | undefined {
    if (this.#closed) return 'The reader is closed.';
    return this.#thread.isUp ? undefined : 'The decoder is being started again.';
  }

  /** How many threads were lost. */
  get replaced(): number {
    return this.#replaced;
  }

  get successor(): 'none' | 'starting' | 'warm' {
    if (!this.#successor) return 'none';
    return this.#successor.isUp ? 'warm' : 'starting';
  }

  /** Looks at one picture. Rejects, with the reason, when the thread is lost before it has answered. */
  async ask(request: DecodeRequest): Promise<ScanResult> {
    const thread = this.#thread;
    const { clock, deadlineMs } = this.#o;
    let deadline = clock.after(deadlineMs * PATIENCE, () => {
      this.#prepareSuccessor();
      deadline = clock.after(deadlineMs * (1 - PATIENCE), () => this.#giveUp(thread, `the decoder took over ${deadlineMs} ms`));
    });
    try {
      return await thread.ask(request);
    } finally {
      deadline.cancel();
    }
  }

  /** Ends it, whatever it is at. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#restart?.cancel();
    this.#giveUp(this.#thread, 'the reader was closed');
    this.#dismissSuccessor();
    await this.#ending.idle();
  }

  #startThread(): DecodeThread {
    const { clock, setup, workerFile = qrWorkerFile } = this.#o;
    const thread = new DecodeThread(workerFile, setup, (why, wasUp) => this.#lost(thread, why, wasUp));
    const deadline = clock.after(START_DEADLINE_MS, () => this.#giveUp(thread, `the decoder was not ready after ${START_DEADLINE_MS} ms`));
    const started = (): void => {
      deadline.cancel();
      this.#tellIfUp();
    };
    thread.ready.then(started, started);
    return thread;
  }

  #giveUp(thread: DecodeThread, why: string): void {
    void this.#ending.track(thread.end(why));
  }

  #lost(thread: DecodeThread, why: string, wasUp: boolean): void {
    if (thread === this.#successor) this.#successor = undefined;
    if (thread !== this.#thread || this.#closed) return;
    this.#replaced++;
    this.#o.status?.report('decoder', 'degraded', `It is started again: ${why}.`);
    this.#o.onReplaced?.(why);
    if (wasUp) {
      this.#backoff.reset();
      this.#replace();
    } else {
      this.#restart = this.#o.clock.after(this.#backoff.nextMs(), () => this.#replace());
    }
  }

  #replace(): void {
    this.#thread = this.#successor ?? this.#startThread();
    this.#successor = undefined;
    this.#dismissal?.cancel();
    this.#tellIfUp();
  }

  #tellIfUp(): void {
    if (this.#thread.isUp) this.#o.status?.report('decoder', 'ok');
  }

  #prepareSuccessor(): void {
    this.#successor ??= this.#startThread();
    this.#dismissal?.cancel();
    this.#dismissal = this.#o.clock.after(SUCCESSOR_KEPT_MS, () => this.#dismissSuccessor());
  }

  #dismissSuccessor(): void {
    this.#dismissal?.cancel();
    if (this.#successor) this.#giveUp(this.#successor, 'it was not needed');
  }
}
