import type { Clock } from './clock.ts';

export type PartState = 'ok' | 'degraded' | 'down';

/** The state of one part of the daemon, as the status page and the log tell it. */
export interface PartStatus {
  state: PartState;
  /** One sentence for a person; while all is well it is empty or tells what the part has been doing. */
  reason: string;
  /** Wall milliseconds since when it has been in this state. */
  sinceMs: number;
}

export type StatusListener = (part: string, now: PartStatus, before: PartStatus | undefined) => void;

/** What each part says of itself, in one place. Parts report; reporters listen and read. */
export class StatusBoard {
  readonly #clock: Clock;
  readonly #parts = new Map<string, PartStatus>();
  readonly #listeners: StatusListener[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells that `part` is in `state`; a repeated state keeps its `since`. */
  report(part: string, state: PartState, reason = ''): void {
    const before = this.#parts.get(part);
    if (before?.state === state && before.reason === reason) return;
    const sinceMs = before?.state === state ? before.sinceMs : this.#clock.wallMs();
    const now = { state, reason, sinceMs };
    this.#parts.set(part, now);
    for (const listener of this.#listeners) listener(part, now, before);
  }

  onChange(listener: StatusListener): void {
    this.#listeners.push(listener);
  }

  get(part: string): PartStatus | undefined {
    return this.#parts.get(part);
  }

  all(): Record<string, PartStatus> {
    return Object.fromEntries(this.#parts);
  }
}
