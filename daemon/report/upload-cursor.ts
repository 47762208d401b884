import type { Clock, Timer } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import { EMPTY_CHAIN, type ChainHead } from '../base/event-chain.ts';
import type { Logger } from '../base/logger.ts';
import { messageOf } from '../base/errors.ts';
import { InFlight } from '../base/in-flight.ts';

const KEY = 'upload-cursor';
const WRITTEN_EVERY_MS = 5_000;

/** How far the backend has what this door stored. */
export interface UploadPlace {
  /** The last event it acknowledged. */
  events: ChainHead;
  /** The pictures of events up to this one are dealt with. */
  picturesThroughSeq: number;
}

/** The place in the log, kept in memory and written down now and then: one that is lost only has something sent again. */
export class UploadCursor {
  readonly #state: DurableState;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #inFlight = new InFlight();
  #place: UploadPlace;
  #timer: Timer | undefined;

  constructor({ state, clock, log }: { state: DurableState; clock: Clock; log: Logger }) {
    this.#state = state;
    this.#clock = clock;
    this.#log = log;
    this.#place = placeIn(state.get(KEY)) ?? { events: EMPTY_CHAIN, picturesThroughSeq: 0 };
  }

  get place(): UploadPlace {
    return this.#place;
  }

  move(to: Partial<UploadPlace>): void {
    this.#place = { ...this.#place, ...to };
    this.#timer ??= this.#clock.after(WRITTEN_EVERY_MS, () => void this.#inFlight.track(this.#write()));
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
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#state.set(KEY, this.#place).catch((thrown: unknown) => this.#log.warn(`How far the backend has the events could not be written: ${messageOf(thrown)}`));
  }
}

/** [S5] What another version wrote, or nobody, counts as nothing. */
function placeIn(value: unknown): UploadPlace | undefined {
  const { events, picturesThroughSeq } = (value ?? {}) as Partial<UploadPlace>;
  const isPlace = Number.isSafeInteger(events?.seq) && typeof events?.hash === 'string' && Number.isSafeInteger(picturesThroughSeq);
  return isPlace ? { events: { seq: events.seq, hash: events.hash }, picturesThroughSeq: picturesThroughSeq as number } : undefined;
}
