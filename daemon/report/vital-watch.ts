import type { Clock, Timer } from '../base/clock.ts';

/** Something that must never stop [S10]. */
export interface VitalSign {
  /** For the log: `the door machine`. */
  name: string;
  everyMs: number;
  /** How long an answer may take. */
  withinMs: number;
  /** Resolves when the part has answered. What rejects or never resolves is no sign of life. */
  ask: () => Promise<unknown>;
}

interface Watched {
  sign: VitalSign;
  answeredMs: number;
  isAsked: boolean;
}

/** Asks everything that must never stop, again and again, and knows what has not answered lately, without waiting for any of it. */
export class VitalWatch {
  readonly signs: readonly VitalSign[];
  readonly #clock: Clock;
  readonly #watched: Watched[];
  readonly #timers = new Map<Watched, Timer>();

  constructor({ signs, clock }: { signs: readonly VitalSign[]; clock: Clock }) {
    this.signs = signs;
    this.#clock = clock;
    this.#watched = signs.map((sign) => ({ sign, answeredMs: 0, isAsked: false }));
  }

  start(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const watched of this.#watched) {
      watched.answeredMs = nowMs;
      this.#askAgain(watched);
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** Names of those that have not answered in their time. */
  silent(): string[] {
    return this.#watched.filter((watched) => this.#isSilent(watched)).map(({ sign }) => sign.name);
  }

  #askAgain(watched: Watched): void {
    this.#timers.set(watched, this.#clock.after(watched.sign.everyMs, () => this.#askAgain(watched)));
    void this.#ask(watched);
  }

  /** One question at a time: a part that hangs is not buried in them. */
  async #ask(watched: Watched): Promise<void> {
    if (watched.isAsked) return;
    watched.isAsked = true;
    try {
      await watched.sign.ask();
      watched.answeredMs = this.#clock.monotonicMs();
    } catch {
      // No sign of life; what is wrong the part tells itself.
    } finally {
      watched.isAsked = false;
    }
  }

  #isSilent({ sign, answeredMs }: Watched): boolean {
    return this.#clock.monotonicMs() - answeredMs > sign.everyMs + sign.withinMs;
  }
}
