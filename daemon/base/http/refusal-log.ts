import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';

const TELL_EVERY_MS = 60_000;
/** Codes are our own words; a server's own faults are told apart by their text, so those are bounded [S9]. */
const MOST_KINDS = 100;

interface Told {
  atMs: number;
  since: number;
}

/** Tells what was refused, each kind at most once a minute with how many there were since, so that a flood of requests is none of lines. */
export class RefusalLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #told = new Map<string, Told>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** `code` is the refusal's; nothing of the request is told [S7]. */
  refused(status: number, code: string): void {
    const times = this.#timesToTell(`${status} ${code}`);
    if (times > 0) this.#log.info('requests were refused', { status, code, times });
  }

  failed(error: string, stack: string | undefined): void {
    const times = this.#timesToTell(error);
    if (times > 0) this.#log.error('a request failed', { error, stack, times });
  }

  /** How many there were since the kind was last told, this one included; 0: not to be told yet. */
  #timesToTell(kind: string): number {
    const nowMs = this.#clock.monotonicMs();
    const told = this.#told.get(kind);
    if (told && nowMs - told.atMs < TELL_EVERY_MS) {
      told.since++;
      return 0;
    }
    if (!told && this.#told.size >= MOST_KINDS) this.#told.clear();
    this.#told.set(kind, { atMs: nowMs, since: 0 });
    return (told?.since ?? 0) + 1;
  }
}
