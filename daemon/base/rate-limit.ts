import type { Clock } from './clock.ts';

/** So many a minute, and no more than that at once. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perMinute: number;
  #left: number;
  #countedMs: number;

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
    this.#left = perMinute;
    this.#countedMs = clock.monotonicMs();
  }

  /** True when one more may pass now. */
  take(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(this.#perMinute, this.#left + ((nowMs - this.#countedMs) * this.#perMinute) / 60_000);
    this.#countedMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
