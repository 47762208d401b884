import { Worker } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import type { DrawnPicture } from './picture-worker.ts';

/** What drawing one picture takes in heap is little; the rest is WebAssembly's own memory [S9]. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

interface Waiting {
  resolve(drawn: DrawnPicture): void;
  reject(why: Error): void;
}

/** The main thread's end of one picture worker: one picture at a time until it is gone, which it is once and for good. */
export class PictureThread {
  readonly #worker: Worker;
  readonly #onGone: () => void;
  #waiting: Waiting | undefined;
  #isGone = false;

  /** `onGone` is called once, when the thread has ended by itself or by `end`. */
  constructor(file: URL, onGone: () => void) {
    this.#onGone = onGone;
    this.#worker = new Worker(file, { resourceLimits: HEAP_LIMITS });
    this.#worker.on('message', (drawn: DrawnPicture) => this.#settle(drawn));
    this.#worker.on('error', (thrown) => this.#leave(`the thread that draws codes failed: ${messageOf(thrown)}`));
    this.#worker.on('exit', (code) => this.#leave(`the thread that draws codes ended with code ${code}`));
  }

  /** Rejects when the thread goes before it has drawn. */
  draw(text: string): Promise<DrawnPicture> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(text);
    });
  }

  /** Ends it in the middle of whatever it does; what was asked of it is rejected with `why`. */
  async end(why: string): Promise<void> {
    this.#leave(why);
    await this.#worker.terminate();
  }

  #settle(drawn: DrawnPicture): void {
    this.#waiting?.resolve(drawn);
    this.#waiting = undefined;
  }

  #leave(why: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#waiting?.reject(new Error(why));
    this.#waiting = undefined;
    this.#onGone();
  }
}
