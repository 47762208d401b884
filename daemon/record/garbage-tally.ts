import type { Clock, Timer } from '../base/clock.ts';
import type { EventDraft } from '../base/events.ts';

export interface GarbageTallyOptions {
  clock: Clock;
  /** How long the same garbage is only counted after it was logged. */
  windowMs: number;
  /** At most this many different pieces of garbage are logged one by one in a window; the rest are counted together [S9]. */
  maxDifferent: number;
  onSummary: (draft: EventDraft) => void;
}

interface Seen {
  sinceMs: number;
  repeats: number;
}

/** Stands for all garbage past `maxDifferent`. */
const OTHERS = 'others';

/**
 * [S6] Codes that are not ours are events too, but a poster in view, or a screen that shows a new code
 * every second, must not fill the log: the first of each is logged, the rest are counted and summed up
 * once a window.
 */
export class GarbageTally {
  readonly #o: GarbageTallyOptions;
  readonly #seen = new Map<string, Seen>();
  #timer: Timer | undefined;

  constructor(options: GarbageTallyOptions) {
    this.#o = options;
  }

  /** True: this piece of garbage (by its digest) gets an event of its own. False: it has been counted. */
  admit(digest: string): boolean {
    this.#timer ??= this.#o.clock.after(this.#o.windowMs, () => this.sumUp());
    const known = this.#seen.get(digest);
    if (known) {
      known.repeats += 1;
      return false;
    }
    if (this.#seen.size < this.#o.maxDifferent) {
      this.#seen.set(digest, { sinceMs: this.#o.clock.wallMs(), repeats: 0 });
      return true;
    }
    const others = this.#seen.get(OTHERS) ?? { sinceMs: this.#o.clock.wallMs(), repeats: 0 };
    others.repeats += 1;
    this.#seen.set(OTHERS, others);
    return false;
  }

  /** Tells what was counted and begins a new window. Called by the timer, and once more when the door stops. */
  sumUp(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const [digest, { repeats, sinceMs }] of this.#seen) {
      if (repeats > 0) this.#o.onSummary({ type: 'garbage-repeated', digest, count: repeats, sinceMs });
    }
    this.#seen.clear();
  }
}
