import { Backoff } from '../../daemon/base/backoff.ts';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import type { Camera, CameraSink } from './camera.ts';
import { FrozenWatch } from './frozen-watch.ts';
import type { Picture, PictureListener, PictureSource, SourceRun } from './picture-source.ts';
import { StallWatch } from './stall-watch.ts';

export interface SupervisedCameraOptions {
  source: PictureSource;
  clock: Clock;
  /** Silence for so long ends a try. */
  stallMs: number;
  /** The same picture for so long ends a try; 0: never. */
  frozenAfterMs: number;
  /** See `Backoff`. */
  random?: () => number;
}

/** From design: one fast try, then no more than two a minute. */
const RETRY = { firstMs: 1_000, maxMs: 30_000 };
/** A try that gave moving pictures for so long was a good one. */
const GOOD_MS = 3_000;
/** How often a camera that is away is looked for. */
const LOOK_EVERY_MS = 1_000;

/** One try and what watches it. */
interface Try {
  run: SourceRun | undefined;
  watch: StallWatch;
  firstPictureMs: number | undefined;
}

/**
 * Keeps pictures coming from a source that fails: ends a try that is silent, senseless or frozen, and begins another
 * after a jittered back-off, or as soon as a camera that was away is there again.
 *
 * INVARIANTS
 * - One try at a time: the next begins when nothing of the last one is left.
 * - At most two pictures are held beside the one to compare with: the one under way in the source, and the newest that
 *   waits for the end of this turn of the loop; those that come in the same turn take its place [S9].
 * - After `stop` nothing is delivered.
 */
export class SupervisedCamera implements Camera {
  readonly name: string;
  readonly #o: SupervisedCameraOptions;
  readonly #backoff: Backoff;
  readonly #frozen: FrozenWatch;
  #sink: CameraSink | undefined;
  #try: Try | undefined;
  #retry: Timer | undefined;
  #look: Timer | undefined;
  /** The camera was looked for and not found. */
  #away = false;
  #closing: Promise<void> = Promise.resolve();
  #seq = 0;
  #newest: { picture: Picture; arrivedMs: number; seq: number } | undefined;
  #stopped = false;

  constructor(options: SupervisedCameraOptions) {
    this.#o = options;
    this.name = options.source.name;
    this.#backoff = new Backoff({ ...RETRY, ...(options.random && { random: options.random }) });
    this.#frozen = new FrozenWatch(options.frozenAfterMs);
  }

  start(sink: CameraSink): void {
    if (this.#stopped || this.#sink) return;
    this.#sink = sink;
    this.#begin();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#newest = undefined;
    this.#cancelWaiting();
    this.#endTry();
    await this.#closing;
  }

  // ---- A try ----

  #begin(): void {
    this.#cancelWaiting();
    const { clock, stallMs, source } = this.#o;
    this.#frozen.paused(clock.monotonicMs());
    const watch = new StallWatch({ clock, stallMs, startMs: source.startMs, onStall: (reason) => this.#failed(current, current.run?.clue?.() ?? reason) });
    const current: Try = { run: undefined, watch, firstPictureMs: undefined };
    this.#try = current;
    current.run = source.open(this.#listenerOf(current));
  }

  #listenerOf(current: Try): PictureListener {
    const heard = (): boolean => this.#try === current;
    return {
      bytes: () => heard() && current.watch.bytes(),
      picture: (picture) => heard() && this.#take(current, picture),
      bad: (what) => heard() && current.watch.bad(what),
      ended: (reason) => this.#failed(current, reason),
      steering: (now) => heard() && this.#sink?.steering?.(now),
    };
  }

  #take(current: Try, picture: Picture): void {
    const nowMs = this.#o.clock.monotonicMs();
    current.watch.picture();
    const seen = this.#frozen.see(picture, nowMs);
    if (seen === 'began') return this.#failed(current, 'its picture is frozen: the same one comes again and again');
    if (seen === 'frozen') return;
    current.firstPictureMs ??= nowMs;
    if (nowMs - current.firstPictureMs >= GOOD_MS) this.#backoff.reset();
    if (!this.#newest) setImmediate(() => this.#deliver());
    this.#newest = { picture, arrivedMs: nowMs, seq: ++this.#seq };
  }

  #deliver(): void {
    const newest = this.#newest;
    this.#newest = undefined;
    if (newest) this.#sink?.frame({ seq: newest.seq, arrivedMs: newest.arrivedMs, ...newest.picture });
  }

  #failed(current: Try, reason: string): void {
    if (this.#try !== current) return;
    this.#newest = undefined;
    this.#endTry();
    this.#sink?.stopped(reason);
    void this.#closing.then(() => this.#wait());
  }

  #endTry(): void {
    const ended = this.#try;
    if (!ended) return;
    this.#try = undefined;
    ended.watch.cancel();
    this.#closing = ended.run?.close() ?? Promise.resolve();
  }

  // ---- Between tries ----

  #wait(): void {
    if (this.#stopped) return;
    this.#retry = this.#o.clock.after(this.#backoff.nextMs(), () => this.#begin());
    void this.#lookForIt();
  }

  /** A camera that is away is looked for every second, so that the back-off costs nothing once it is back. */
  async #lookForIt(): Promise<void> {
    const waiting = this.#retry;
    const isThere = await this.#o.source.isThere?.();
    if (isThere === undefined || this.#retry !== waiting) return;
    if (isThere && this.#away) {
      this.#away = false;
      this.#backoff.reset();
      return this.#begin();
    }
    this.#away ||= !isThere;
    const spread = 0.75 + (this.#o.random ?? Math.random)() / 2;
    this.#look = this.#o.clock.after(LOOK_EVERY_MS * spread, () => void this.#lookForIt());
  }

  #cancelWaiting(): void {
    this.#retry?.cancel();
    this.#look?.cancel();
    this.#retry = undefined;
  }
}
