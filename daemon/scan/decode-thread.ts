import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
// On Linux the main thread must have loaded sharp before a worker does, or its library goes away with the first worker that ends.
import 'sharp';
import { messageOf } from '../base/errors.ts';
import type { ScanResult } from './scan-result.ts';

/** What a decode thread is given when it starts. */
export interface DecodeSetup {
  /** JPEGs of more pixels are refused. */
  maxPixels: number;
  /** What extra looks may cost a frame on average, milliseconds. */
  extraLookMs: number;
  /** See QrReaderOptions. */
  lookCosts: 'measured' | 'nominal';
  /** For no longer than this no frame is decoded, milliseconds; 0: each one is. */
  gateHeartbeatMs: number;
  /** See QrReaderOptions. */
  measuresLight: boolean;
}

/** What the thread itself adds to its setup. */
export interface DecodeThreadData extends DecodeSetup {
  /** One number that rises with each request, shared: the worker sleeps on it. */
  requests: Int32Array;
}

/** One picture to look at. */
export interface DecodeRequest {
  format: 'jpeg' | 'luma';
  /** Over memory shared with the thread, so that handing over copies nothing; left alone until the answer is there. */
  bytes: Uint8Array;
  width: number;
  height: number;
  /** When its frame arrived, monotonic milliseconds. */
  atMs: number;
  /** Of a frame that was exposed for a bright screen only. */
  isShort?: true;
  /** 'frame': if the gate lets it pass, the plain pass and perhaps one extra look; 'insist': those, whatever the gate says; 'plain': that pass alone; a number: that extra look alone. */
  look: 'frame' | 'insist' | 'plain' | number;
  /** A JPEG that is decompressed for it is wanted in colour, too, so many times halved. */
  halvings?: number;
}

export const qrWorkerFile = new URL(`./qr-worker${extname(import.meta.url)}`, import.meta.url);

/** A picture is outside the heap; this is for what the decoder makes of it [S9]. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

interface Waiting {
  resolve(result: ScanResult): void;
  reject(why: Error): void;
}

/** The main thread's end of one decode worker: one picture at a time until it is gone, which it is once and for good. */
export class DecodeThread {
  /** Resolves when it has decoded its first picture; rejects when it is gone before that. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #requests = new Int32Array(new SharedArrayBuffer(4));
  readonly #onGone: (why: string, wasUp: boolean) => void;
  /** Who waits for the worker's next message; the first one says that it is warm. */
  #waiting: Waiting | undefined;
  #state: 'starting' | 'up' | 'gone' = 'starting';

  /** `onGone` is called once, when the thread has ended by itself or by `end`; `wasUp` tells whether it had been ready. */
  constructor(file: URL, setup: DecodeSetup, onGone: (why: string, wasUp: boolean) => void) {
    this.#onGone = onGone;
    this.#worker = new Worker(file, { workerData: { ...setup, requests: this.#requests } satisfies DecodeThreadData, resourceLimits: HEAP_LIMITS });
    this.#worker.on('message', (message: ScanResult) => this.#settle(message));
    this.#worker.on('error', (thrown) => this.#leave(`the decoder failed: ${messageOf(thrown)}`));
    this.#worker.on('exit', (code) => this.#leave(`the decoder ended with code ${code}`));
    this.ready = this.#nextMessage().then(() => {
      this.#state = 'up';
    });
    // Whoever starts a thread may look at `isUp` alone.
    this.ready.catch(() => undefined);
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** Looks at one picture. Rejects when the thread goes before it has answered. */
  ask(request: DecodeRequest): Promise<ScanResult> {
    const answer = this.#nextMessage();
    this.#worker.postMessage(request);
    Atomics.add(this.#requests, 0, 1);
    Atomics.notify(this.#requests, 0);
    return answer;
  }

  /** Ends it in the middle of whatever it does; what was asked of it is rejected with `why`. */
  async end(why: string): Promise<void> {
    this.#leave(why);
    await this.#worker.terminate();
  }

  #nextMessage(): Promise<ScanResult> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #settle(message: ScanResult): void {
    this.#waiting?.resolve(message);
    this.#waiting = undefined;
  }

  #leave(why: string): void {
    if (this.#state === 'gone') return;
    const wasUp = this.isUp;
    this.#state = 'gone';
    this.#waiting?.reject(new Error(why));
    this.#waiting = undefined;
    this.#onGone(why, wasUp);
  }
}
