import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { PosternError } from '../../daemon/base/errors.ts';
import type { RelayLevel } from './relay-line.ts';

/** After a limit, before it counts: a daemon that stalled itself reads first what the guard said in time. */
const SECOND_LOOK_MS = 100;

/** Calls `run` once `afterMs` have passed and what had arrived by then has been looked at. */
export function limit(clock: Clock, afterMs: number, run: () => void): Timer {
  let timer = clock.after(afterMs, () => {
    timer = clock.after(SECOND_LOOK_MS, run);
  });
  return { cancel: () => timer.cancel() };
}

/** An order that waits for its answer. */
export interface Order {
  /** Undefined for one that only asks. */
  wants: RelayLevel | undefined;
  leaseMs: number | undefined;
  resolve: () => void;
  reject: (error: PosternError) => void;
}

/** The orders that the guard has not answered, oldest first. */
export class OrderBook {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  readonly #waiting = new Map<string, { order: Order; limit: Timer }>();
  #lastId = 0;

  constructor(clock: Clock, limitMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Enters an order; returns its id. */
  enter(order: Order): string {
    const id = String(++this.#lastId);
    this.#waiting.set(id, { order, limit: limit(this.#clock, this.#limitMs, this.#onSilence) });
    return id;
  }

  /** Takes out the order that `id` answers. */
  take(id: string): Order | undefined {
    const entry = this.#waiting.get(id);
    entry?.limit.cancel();
    this.#waiting.delete(id);
    return entry?.order;
  }

  /** Nobody will answer any more. */
  rejectAll(why: string): void {
    for (const id of [...this.#waiting.keys()]) this.take(id)?.reject(relayError(`The relay guard gave no answer: ${why}.`));
  }
}

export function relayError(sentence: string): PosternError {
  return new PosternError('relay', sentence, { transient: true });
}
