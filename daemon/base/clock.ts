/** A timer that has been set. Cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * Where every part gets its time. Nothing in `daemon/` or `drivers/` calls `Date.now`,
 * `performance.now` or `setTimeout` itself, so that a recorded session replays on a
 * `VirtualClock` faster than it happened and with the same decisions.
 */
export interface Clock {
  /** Wall time, milliseconds since 1970-01-01T00:00Z. It may jump; only validity times compare with it. */
  wallMs(): number;
  /** Milliseconds since some fixed moment; never jumps. Everything that lasts is measured with it. */
  monotonicMs(): number;
  /** Calls `run` once, `delayMs` from now on the monotonic clock. */
  after(delayMs: number, run: () => void): Timer;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `delayMs` of `clock`; at once when `signal` aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = clock.after(delayMs, done);
    function done(): void {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });
}

interface PendingTimer {
  dueMs: number;
  order: number;
  run: () => void;
}

/** A clock that moves only when told, for tests and for `postern replay`. */
export class VirtualClock implements Clock {
  #elapsedMs = 0;
  #order = 0;
  #wallOffsetMs: number;
  readonly #pending = new Set<PendingTimer>();

  constructor(startsAtWallMs = Date.parse('2026-03-02T09:00:00Z')) {
    this.#wallOffsetMs = startsAtWallMs;
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Moves the wall clock alone, as NTP or a battery-less boot would. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#pending.add(timer);
    return { cancel: () => this.#pending.delete(timer) };
  }

  /** Fires what falls due within `byMs`, in order; timers set on the way included. */
  advance(byMs: number): void {
    const endMs = this.#elapsedMs + byMs;
    for (let next = this.#nextDue(endMs); next; next = this.#nextDue(endMs)) this.#fire(next);
    this.#elapsedMs = endMs;
  }

  /** Like `advance` to `toMs`, waiting for `settled` after each timer, so that asynchronous work takes no virtual time. */
  async advanceTo(toMs: number, settled: () => Promise<void>): Promise<void> {
    await settled();
    for (let next = this.#nextDue(toMs); next; next = this.#nextDue(toMs)) {
      this.#fire(next);
      await settled();
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, toMs);
  }

  #nextDue(endMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#pending) {
      if (timer.dueMs > endMs) continue;
      if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) next = timer;
    }
    return next;
  }

  #fire(timer: PendingTimer): void {
    this.#pending.delete(timer);
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
    timer.run();
  }
}
