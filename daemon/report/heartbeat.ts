import type { Clock, Timer } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { VitalWatch } from './vital-watch.ts';

export interface HeartbeatOptions {
  vitals: Pick<VitalWatch, 'silent'>;
  /** How often there is to be a beat: well within the watchdog's time. */
  everyMs: number;
  beat: () => void;
  clock: Clock;
  log: Logger;
}

/**
 * [S10] Beats for as long as everything that must never stop has answered lately. A timer alone would beat for a daemon
 * whose door machine, relay guard or database hangs; this one falls silent then, and the watchdog starts the daemon again.
 */
export class Heartbeat {
  readonly #o: HeartbeatOptions;
  #timer: Timer | undefined;
  #silent: string | undefined;

  constructor(options: HeartbeatOptions) {
    this.#o = options;
  }

  start(): void {
    this.#timer = this.#o.clock.after(this.#o.everyMs, () => this.start());
    const [silent] = this.#o.vitals.silent();
    this.#tell(silent);
    if (silent === undefined) this.#o.beat();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #tell(silent: string | undefined): void {
    if (silent === this.#silent) return;
    this.#silent = silent;
    if (silent === undefined) this.#o.log.info('Everything answers again; the watchdog is fed.');
    else this.#o.log.error(`No answer from ${silent}: the watchdog is not fed, and systemd will start the daemon again.`);
  }
}
