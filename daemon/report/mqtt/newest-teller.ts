import type { Clock, Timer } from '../../base/clock.ts';
import { InFlight } from '../../base/in-flight.ts';
import type { Logger } from '../../base/logger.ts';
import { logUnlessLost, type BrokerConnection } from './broker-connection.ts';

export interface NewestTellerOptions {
  /** Publishes what is newest at that moment. */
  tell: (connection: BrokerConnection) => Promise<void>;
  /** What changes within so long is told in one. */
  gatherMs: number;
  clock: Clock;
  log: Logger;
}

/**
 * Tells a broker the newest of something that has no history: one publish at a time, at once with each connection. What
 * changes while there is no broker, or while a slow one has not acknowledged the last, waits as nothing but "there is more" [S9].
 */
export class NewestTeller {
  readonly #o: NewestTellerOptions;
  readonly #inFlight = new InFlight();
  #connection: BrokerConnection | undefined;
  #timer: Timer | undefined;
  #isTelling = false;
  #isStale = false;

  constructor(options: NewestTellerOptions) {
    this.#o = options;
  }

  begin(connection: BrokerConnection): void {
    this.#connection = connection;
    // One that is being told still is told anew right after.
    if (!this.#isTelling) this.#run();
  }

  end(): void {
    this.#connection = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  changed(): void {
    if (this.#isTelling) this.#isStale = true;
    else if (this.#connection) this.#timer ??= this.#o.clock.after(this.#o.gatherMs, () => this.#run());
  }

  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  #run(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const connection = this.#connection;
    if (!connection) return;
    this.#isTelling = true;
    this.#isStale = false;
    void this.#inFlight.track(this.#o.tell(connection).catch(logUnlessLost(this.#o.log)).then(() => {
      this.#isTelling = false;
      if (this.#isStale || (this.#connection && this.#connection !== connection)) this.changed();
    }));
  }
}
