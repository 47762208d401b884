import type { Clock, Timer } from '../../daemon/base/clock.ts';

export interface DebounceOptions {
  clock: Clock;
  /** How long a level must stay before it counts. */
  settleMs: number;
  /** The level whose beginning counts at once, on its leading edge; its end still has to settle. */
  atOnce?: boolean;
  /** Reads the wire once the time is over. */
  read: () => boolean;
  tell: (level: boolean) => void;
}

/**
 * Makes changes of a bouncing contact's edges. While it bounces nothing is told but the leading edge asked for,
 * and one timer at most is set.
 */
export class Debounce {
  readonly #o: DebounceOptions;
  #told: boolean;
  #timer: Timer | undefined;
  #lastEdgeMs = 0;

  constructor(options: DebounceOptions, initial: boolean) {
    this.#o = options;
    this.#told = initial;
  }

  edge(level: boolean): void {
    this.#lastEdgeMs = this.#o.clock.monotonicMs();
    if (level === this.#o.atOnce) this.#become(level);
    this.#timer ??= this.#o.clock.after(this.#o.settleMs, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const leftMs = this.#lastEdgeMs + this.#o.settleMs - this.#o.clock.monotonicMs();
    if (leftMs > 0) this.#timer = this.#o.clock.after(leftMs, () => this.#look());
    else this.#become(this.#o.read());
  }

  #become(level: boolean): void {
    if (level === this.#told) return;
    this.#told = level;
    this.#o.tell(level);
  }
}
