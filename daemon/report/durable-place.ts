import type { Clock, Timer } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import { messageOf } from '../base/errors.ts';
import { InFlight } from '../base/in-flight.ts';
import type { Logger } from '../base/logger.ts';

const WRITTEN_EVERY_MS = 5_000;

export interface DurablePlaceOptions<Place> {
  state: DurableState;
  key: string;
  /** [S5] What was stored, if it is a place: another version may have written it, or nobody. */
  read: (value: unknown) => Place | undefined;
  /** Where to begin when nothing is stored. */
  start: Place;
  /** For the log: whose place it is. */
  whose: string;
  clock: Clock;
  log: Logger;
}

/** How far somebody has the event log, kept in memory and written down now and then: a place that is lost only has something sent again. */
export class DurablePlace<Place extends object> {
  readonly #o: DurablePlaceOptions<Place>;
  readonly #inFlight = new InFlight();
  /** Whether there was one before this run. */
  readonly isStored: boolean;
  #place: Place;
  #timer: Timer | undefined;

  constructor(options: DurablePlaceOptions<Place>) {
    this.#o = options;
    const stored = options.read(options.state.get(options.key));
    this.isStored = stored !== undefined;
    this.#place = stored ?? options.start;
  }

  get place(): Place {
    return this.#place;
  }

  move(to: Partial<Place>): void {
    this.#place = { ...this.#place, ...to };
    this.#timer ??= this.#o.clock.after(WRITTEN_EVERY_MS, () => void this.#inFlight.track(this.#write()));
  }

  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  /** Writes down what is not yet. */
  async stop(): Promise<void> {
    if (this.#timer) await this.#write();
    await this.idle();
  }

  async #write(): Promise<void> {
    const { state, key, whose, log } = this.#o;
    this.#timer?.cancel();
    this.#timer = undefined;
    await state.set(key, this.#place).catch((thrown: unknown) => log.warn(`How far ${whose} has the events could not be written: ${messageOf(thrown)}`));
  }
}
