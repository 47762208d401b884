import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import type { Clock, Timer } from '../../base/clock.ts';
import { InFlight } from '../../base/in-flight.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { PictureThread } from './picture-thread.ts';

export interface CodePicturesOptions {
  clock: Clock;
  /** As many as there are processors, two at most, unless told. */
  threads?: number;
  /** Codes that may be on their way at a time, 64 unless told. */
  places?: number;
  /** Another worker instead of `picture-worker`; tests pass one that fails. */
  workerFile?: URL;
}

interface Job {
  text: string;
  resolve: (png: Uint8Array) => void;
  reject: (why: Error) => void;
}

/** Draws the picture of one code. It was read back as that very text, so that nobody is mailed a code that no door can read. */
export type DrawPicture = (text: string) => Promise<Uint8Array>;

const workerFile = new URL(`./picture-worker${extname(import.meta.url)}`, import.meta.url);
/** A few milliseconds are usual; the first one of a thread on a slow card takes some seconds. */
const DEADLINE_MS = 30_000;
/** A thread holds some 30 MB, which a small board has better uses for when nobody asks for codes. */
const IDLE_MS = 60_000;

/** Pictures of codes, drawn in a few threads that are started when there is something to draw and end when there is not. */
export class CodePictures {
  readonly #o: CodePicturesOptions;
  readonly #threads: number;
  readonly #places: number;
  readonly #idle = new Map<PictureThread, Timer>();
  readonly #all = new Set<PictureThread>();
  readonly #queue: Job[] = [];
  readonly #ending = new InFlight();
  #taken = 0;
  #isClosed = false;

  constructor(options: CodePicturesOptions) {
    this.#o = options;
    this.#threads = options.threads ?? Math.min(2, availableParallelism());
    this.#places = options.places ?? 64;
  }

  /** Threads there are now. */
  get size(): number {
    return this.#all.size;
  }

  /**
   * Runs `work` with a place in the queue kept for its picture, so that nothing is issued that would then not be drawn.
   * Throws ApiError(503 'busy') when all places are taken.
   */
  async withPlace<T>(work: (draw: DrawPicture) => Promise<T>): Promise<T> {
    if (this.#taken >= this.#places) throw new ApiError(503, 'busy', `${this.#places} codes are being made already. Try again in a second; nothing was issued.`, { headers: { 'retry-after': '1' } });
    this.#taken++;
    try {
      return await work((text) => this.#draw(text));
    } finally {
      this.#taken--;
    }
  }

  /** Ends the threads, whatever they are at. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#queue.splice(0)) job.reject(stopping());
    for (const thread of this.#all) this.#end(thread, 'the backend was closed');
    await this.#ending.idle();
  }

  #draw(text: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(stopping());
      this.#queue.push({ text, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const thread = this.#freeThread();
    const job = thread && this.#queue.shift();
    if (job) void this.#perform(job, thread);
  }

  #freeThread(): PictureThread | undefined {
    const [idle] = this.#idle.keys();
    if (idle) this.#take(idle);
    else if (this.#all.size < this.#threads) return this.#start();
    return idle;
  }

  #start(): PictureThread {
    const thread = new PictureThread(this.#o.workerFile ?? workerFile, () => {
      this.#all.delete(thread);
      this.#take(thread);
      this.#next();
    });
    this.#all.add(thread);
    return thread;
  }

  async #perform({ text, resolve, reject }: Job, thread: PictureThread): Promise<void> {
    const deadline = this.#o.clock.after(DEADLINE_MS, () => this.#end(thread, `drawing a code took over ${DEADLINE_MS} ms`));
    try {
      const drawn = await thread.draw(text);
      this.#release(thread);
      if ('problem' in drawn) reject(new Error(drawn.problem));
      else if (drawn.readsAs !== text) reject(new Error('a QR code that was just drawn does not read back'));
      else resolve(drawn.png);
    } catch (thrown) {
      reject(this.#isClosed ? stopping() : thrown as Error);
    } finally {
      deadline.cancel();
    }
  }

  #release(thread: PictureThread): void {
    if (!this.#all.has(thread)) return;
    this.#idle.set(thread, this.#o.clock.after(IDLE_MS, () => this.#end(thread, 'nothing was drawn for a while')));
    this.#next();
  }

  /** It is idle no more, or gone. */
  #take(thread: PictureThread): void {
    this.#idle.get(thread)?.cancel();
    this.#idle.delete(thread);
  }

  #end(thread: PictureThread, why: string): void {
    void this.#ending.track(thread.end(why));
  }
}

/** What was issued stays issued: a caller with a requestId gets it when it asks again. */
function stopping(): ApiError {
  return new ApiError(503, 'stopping', 'The backend is being stopped. Ask again, with the same requestId if you sent one, when it is back.', { headers: { 'retry-after': '5' } });
}
