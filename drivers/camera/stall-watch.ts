import type { Clock, Timer } from '../../daemon/base/clock.ts';

export interface StallWatchOptions {
  clock: Clock;
  /** Until the first bytes. */
  startMs: number;
  /** Between bytes. */
  stallMs: number;
  /** Called once, with a reason in the words of `PictureListener.ended`. */
  onStall: (reason: string) => void;
}

/**
 * The watchdog of one try: on bytes, and on whole pictures among them, by the monotonic clock. A program can be alive
 * and silent, or busy and say nothing that makes a picture. One timer, however fast the bytes come.
 */
export class StallWatch {
  readonly #o: StallWatchOptions;
  readonly #startedMs: number;
  #bytesMs: number | undefined;
  /** Of the last whole picture, or of the first bytes while there is none. */
  #pictureMs: number | undefined;
  #bad: string | undefined;
  #timer: Timer;

  constructor(options: StallWatchOptions) {
    this.#o = options;
    this.#startedMs = options.clock.monotonicMs();
    this.#timer = options.clock.after(options.startMs, () => this.#look());
  }

  bytes(): void {
    this.#bytesMs = this.#o.clock.monotonicMs();
    if (this.#pictureMs !== undefined) return;
    this.#pictureMs = this.#bytesMs;
    // From now on the shorter limit counts.
    this.#lookLater();
  }

  picture(): void {
    this.#pictureMs = this.#o.clock.monotonicMs();
    this.#bad = undefined;
  }

  bad(what: string): void {
    this.#bad = what;
  }

  cancel(): void {
    this.#timer.cancel();
  }

  /** Pictures may be far apart in their bytes, so they have more time. */
  get #pictureLimitMs(): number {
    return 2 * this.#o.stallMs;
  }

  #look(): void {
    const nowMs = this.#o.clock.monotonicMs();
    const { stallMs, onStall } = this.#o;
    if (this.#bytesMs === undefined || this.#pictureMs === undefined) return onStall('it says nothing');
    if (nowMs - this.#bytesMs >= stallMs) return onStall('it has fallen silent');
    if (nowMs - this.#pictureMs >= this.#pictureLimitMs) return onStall(`it gives ${this.#bad ?? 'bytes that make no whole picture'}`);
    this.#lookLater();
  }

  #lookLater(): void {
    const { clock, stallMs } = this.#o;
    const dueMs = Math.min((this.#bytesMs ?? this.#startedMs) + stallMs, (this.#pictureMs ?? this.#startedMs) + this.#pictureLimitMs);
    this.#timer.cancel();
    this.#timer = clock.after(Math.max(1, dueMs - clock.monotonicMs()), () => this.#look());
  }
}
