import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { InFlight } from '../base/in-flight.ts';
import type { Logger } from '../base/logger.ts';

export interface UpkeepOptions {
  /** What is done, one after the other, each time; a failure is logged and does not keep the others from it. */
  chores: (() => Promise<unknown>)[];
  everyMs: number;
  /** The first time; not at once, for at the start others need the disk more. */
  firstAfterMs: number;
  clock: Clock;
  log: Logger;
}

/** Does what keeps the disk bounded [S9], again and again. */
export class Upkeep {
  readonly #o: UpkeepOptions;
  readonly #inFlight = new InFlight();
  #timer: Timer | undefined;

  constructor(options: UpkeepOptions) {
    this.#o = options;
  }

  start(): void {
    this.#waitFor(this.#o.firstAfterMs);
  }

  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.idle();
  }

  #waitFor(delayMs: number): void {
    this.#timer = this.#o.clock.after(delayMs, () => {
      this.#waitFor(this.#o.everyMs);
      void this.#inFlight.track(this.#doChores());
    });
  }

  async #doChores(): Promise<void> {
    for (const chore of this.#o.chores) {
      await chore().catch((thrown: unknown) => this.#o.log.warn(`Upkeep: ${messageOf(thrown)}`));
    }
  }
}
