import type { Clock } from '../base/clock.ts';

/** A connection over which nothing comes for so long is dead. */
const STALL_MS = 30_000;

/** Aborts when `alive` is not called for too long, or when the outer signal does. */
export class StallLimit {
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #end = (): void => this.#abort.abort();
  #timer;

  constructor(clock: Clock, outer: AbortSignal) {
    this.#clock = clock;
    this.#outer = outer;
    this.#timer = clock.after(STALL_MS, this.#end);
    if (outer.aborted) this.#abort.abort();
    outer.addEventListener('abort', this.#end);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  alive(): void {
    this.#timer.cancel();
    this.#timer = this.#clock.after(STALL_MS, this.#end);
  }

  end(): void {
    this.#timer.cancel();
    this.#outer.removeEventListener('abort', this.#end);
  }
}
