import type { Clock, Timer } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';

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

export interface HeartbeatOptions {
  signs: readonly VitalSign[];
  /** How often there is to be a beat: well within the watchdog's time. */
  everyMs: number;
  beat: () => void;
  clock: Clock;
  log: Logger;
}

interface Watched {
  sign: VitalSign;
  answeredMs: number;
  isAsked: boolean;
}

/**
 * [S10] Beats for as long as everything that must never stop has answered lately. A timer alone would beat for a daemon
 * whose door machine, relay guard or database hangs; this one falls silent then, and the watchdog starts the daemon again.
 */
export class Heartbeat {
  readonly #o: HeartbeatOptions;
  readonly #watched: Watched[];
  readonly #timers = new Map<Watched | 'beat', Timer>();
  #silent: string | undefined;

  constructor(options: HeartbeatOptions) {
    this.#o = options;
    this.#watched = options.signs.map((sign) => ({ sign, answeredMs: 0, isAsked: false }));
  }

  start(): void {
    const nowMs = this.#o.clock.monotonicMs();
    for (const watched of this.#watched) {
      watched.answeredMs = nowMs;
      this.#askAgain(watched);
    }
    this.#beatAgain();
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #askAgain(watched: Watched): void {
    this.#timers.set(watched, this.#o.clock.after(watched.sign.everyMs, () => this.#askAgain(watched)));
    void this.#ask(watched);
  }

  /** One question at a time: a part that hangs is not buried in them. */
  async #ask(watched: Watched): Promise<void> {
    if (watched.isAsked) return;
    watched.isAsked = true;
    try {
      await watched.sign.ask();
      watched.answeredMs = this.#o.clock.monotonicMs();
    } catch {
      // No sign of life; what is wrong the part tells itself.
    } finally {
      watched.isAsked = false;
    }
  }

  #beatAgain(): void {
    this.#timers.set('beat', this.#o.clock.after(this.#o.everyMs, () => this.#beatAgain()));
    const silent = this.#watched.find((watched) => this.#isSilent(watched))?.sign.name;
    this.#tell(silent);
    if (silent === undefined) this.#o.beat();
  }

  #isSilent({ sign, answeredMs }: Watched): boolean {
    return this.#o.clock.monotonicMs() - answeredMs > sign.everyMs + sign.withinMs;
  }

  #tell(silent: string | undefined): void {
    if (silent === this.#silent) return;
    this.#silent = silent;
    if (silent === undefined) this.#o.log.info('Everything answers again; the watchdog is fed.');
    else this.#o.log.error(`No answer from ${silent}: the watchdog is not fed, and systemd will start the daemon again.`);
  }
}
