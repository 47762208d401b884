import type { Clock, Timer } from '../base/clock.ts';
import type { EventDraft } from '../base/events.ts';

export interface GarbageTallyOptions {
  clock: Clock;
  /** How long a code is counted before what was counted is told and everything is logged afresh. */
  windowMs: number;
  /** At most this many different codes are logged one by one in a window; the rest are counted together [S9]. */
  maxDifferent: number;
  onSummary: (draft: EventDraft) => void;
  /** The event that sums up what was counted; `garbage-repeated` unless told. */
  summaryOf?: (counted: { digest: string; count: number; sinceMs: number }) => EventDraft;
}

interface Seen {
  sinceMs: number;
  logged: number;
  counted: number;
}

/** Stands for all codes past `maxDifferent`. */
const OTHERS = 'others';

/**
 * [S6] Codes that no issuer signed are events too, but a poster in view, or a screen that shows a new code
 * every second, must not fill the log: the first showings of each are logged, the rest are counted and
 * summed up once a window.
 */
export class GarbageTally {
  readonly #o: GarbageTallyOptions;
  readonly #seen = new Map<string, Seen>();
  #timer: Timer | undefined;

  constructor(options: GarbageTallyOptions) {
    this.#o = options;
  }

  /** True: this showing of the code (by its digest) gets an event of its own, as the first `times` do. False: it has been counted. */
  admit(digest: string, times: number): boolean {
    this.#timer ??= this.#o.clock.after(this.#o.windowMs, () => this.sumUp());
    const isOneTooMany = !this.#seen.has(digest) && this.#seen.size >= this.#o.maxDifferent;
    const seen = this.#entryOf(isOneTooMany ? OTHERS : digest);
    const admitted = !isOneTooMany && seen.logged < times;
    if (admitted) seen.logged += 1;
    else seen.counted += 1;
    return admitted;
  }

  /** Tells what was counted and begins a new window. Called by the timer, and once more when the door stops. */
  sumUp(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { onSummary, summaryOf = (counted) => ({ type: 'garbage-repeated', ...counted }) } = this.#o;
    for (const [digest, { counted: count, sinceMs }] of this.#seen) {
      if (count > 0) onSummary(summaryOf({ digest, count, sinceMs }));
    }
    this.#seen.clear();
  }

  #entryOf(digest: string): Seen {
    const known = this.#seen.get(digest);
    if (known) return known;
    const fresh = { sinceMs: Math.floor(this.#o.clock.wallMs()), logged: 0, counted: 0 };
    this.#seen.set(digest, fresh);
    return fresh;
  }
}
