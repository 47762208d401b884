import type { Clock } from '../base/clock.ts';

/** A backend without deltas, or with bad ones, is not asked for one again for so long. */
const PAUSE_MS = 3_600_000;
/** One may be missing because the list in hand is too old for one; after the full list comes the next, too. */
const MISSES = 2;

/** Whether deltas are worth asking for. */
export class DeltaUse {
  readonly #clock: Clock;
  #misses = 0;
  #missedMs = 0;
  #refusal = '';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isWorthwhile(): boolean {
    return this.#misses < MISSES || this.#clock.monotonicMs() - this.#missedMs >= PAUSE_MS;
  }

  /** A delta came that fits, or the backend said that there is none yet. */
  hit(): void {
    this.#misses = 0;
    this.#refusal = '';
  }

  /** There was none, or, with why, none that fits. True when that is worth telling: once, until one fits again. */
  miss(refusal = ''): boolean {
    const isNews = refusal !== '' && this.#refusal === '';
    this.#misses++;
    this.#missedMs = this.#clock.monotonicMs();
    if (refusal !== '') this.#refusal = refusal;
    return isNews;
  }
}
