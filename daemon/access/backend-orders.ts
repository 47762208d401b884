import { Backoff } from '../base/backoff.ts';
import { sleep, type Clock } from '../base/clock.ts';
import { ruuidOf, type RandomSource } from '../base/ids.ts';
import { InFlight } from '../base/in-flight.ts';
import type { Logger } from '../base/logger.ts';
import type { StatusBoard } from '../base/status.ts';
import type { BackendAddress } from './backend-connection.ts';
import { claimSchema, heardSchema, OrderQuestions, reportSchema, type HeardOrder } from './order-question.ts';

/** What came of carrying out an order. */
export type OrderOutcome = 'released' | 'lockdown' | 'relay-fault' | 'not-allowed';

export interface BackendOrdersOptions extends BackendAddress {
  /** This door, as the backend lists it (RUUID). */
  doorUuid: string;
  clock: Clock;
  /** For nonces. */
  random: RandomSource;
  /** 0 ≤ r < 1, for the jitter. */
  jitter?: () => number;
  status: StatusBoard;
  log: Logger;
  /** Releases the door for its unlock time; `by` names the API key that asked. */
  perform: (by: string) => Promise<OrderOutcome>;
}

/** `well`: go on at once. `early`: nothing went wrong, but asking again at once would ask without end. */
type Turn = 'well' | 'early' | 'fault';

const PATH = '/api/postern/door/';
const PART = 'orders';
/** How long the backend may hold a question back, and how much longer its answer may be under way. */
const HOLD_S = 25;
const SLACK_MS = 10_000;
/** How long a yes counts. One that took longer may be for a caller who has given up since. */
const CLAIM_WITHIN_MS = 1_000;
const REPORT_LIMIT_MS = 2_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/**
 * Hears of orders: the door calls out, the backend answers when it has one.
 *
 * An order is carried out only when the backend said yes to this door's own question for it within a second, by the
 * monotonic clock; so none that was delayed, queued or repeated on the way opens the door later. Nothing is stored.
 * The backend's `orders.ts` has the table of what may be lost and what becomes of it.
 */
export class BackendOrders {
  readonly #o: BackendOrdersOptions;
  readonly #stopping = new AbortController();
  readonly #questions: OrderQuestions;
  readonly #performing = new InFlight();
  #running: Promise<void> | undefined;

  constructor(options: BackendOrdersOptions) {
    this.#o = options;
    this.#questions = new OrderQuestions(options, options.clock, this.#stopping.signal);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when no order is being carried out. */
  idle(): Promise<void> {
    return this.#performing.idle();
  }

  /** Ends the question under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#questions.close();
  }

  async #run(): Promise<void> {
    const { clock, jitter } = this.#o;
    const { signal } = this.#stopping;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: LAST_RETRY_MS, ...(jitter && { random: jitter }) });
    // The first question, and the one after a fault, is not held back: its answer tells at once how things are.
    let holdS = 0;
    while (!signal.aborted) {
      const turn = await this.#turn(holdS);
      if (turn === 'well' && holdS > 0) backoff.reset();
      holdS = turn === 'well' ? HOLD_S : 0;
      if (turn !== 'well') await sleep(clock, backoff.nextMs(), signal);
    }
  }

  /** One question, and the order that comes of it. */
  async #turn(holdS: number): Promise<Turn> {
    const { clock, doorUuid, status } = this.#o;
    const askedMs = clock.monotonicMs();
    const heard = await this.#questions.ask(`${PATH}awaitOrder`, { doorUuid, holdS }, heardSchema, holdS * 1_000 + SLACK_MS);
    if (this.#stopping.signal.aborted) return 'well';
    if ('kind' in heard) {
      status.report(PART, 'degraded', heard.detail);
      return 'fault';
    }
    if (heard.replaced) {
      status.report(PART, 'degraded', 'Something else asks the backend for this door\'s orders: is a second daemon running with its door.uuid?');
      return 'early';
    }
    status.report(PART, 'ok');
    if (heard.order) return this.#performing.track(this.#carryOut(heard.order));
    return clock.monotonicMs() - askedMs < (holdS * 1_000) / 2 ? 'early' : 'well';
  }

  async #carryOut(order: HeardOrder): Promise<Turn> {
    const { log } = this.#o;
    const claimed = await this.#claim(order);
    if (this.#stopping.signal.aborted) return 'well';
    if (claimed === 'no') {
      log.info('An order of the backend was not carried out: whoever gave it waits no longer', { by: order.by });
      return 'early';
    }
    if (claimed === 'too-late') {
      log.warn('An order of the backend was not carried out: leave for it did not come within a second', { by: order.by });
      await this.#report(order, 'too-late');
      return 'early';
    }
    const outcome = order.type === 'unlock' ? await this.#o.perform(order.by) : 'not-allowed';
    if (outcome !== 'released') log.warn(`An order of the backend was refused: ${outcome}`, { by: order.by, order: order.type.slice(0, 32) });
    await this.#report(order, outcome);
    return 'well';
  }

  /** Whether the order may be carried out now. Without a yes in time it may not; the yes may have been said all the same. */
  async #claim({ orderId }: HeardOrder): Promise<'yes' | 'no' | 'too-late'> {
    const { clock, doorUuid, random } = this.#o;
    const nonce = ruuidOf(random(16));
    const askedMs = clock.monotonicMs();
    const answer = await this.#questions.ask(`${PATH}claimOrder`, { doorUuid, orderId, nonce }, claimSchema, CLAIM_WITHIN_MS);
    // Measured too: a process that was stopped meanwhile finds answer and time-out side by side.
    const isInTime = clock.monotonicMs() - askedMs <= CLAIM_WITHIN_MS;
    if ('kind' in answer || answer.nonce !== nonce || !isInTime) return 'too-late';
    return answer.claimed ? 'yes' : 'no';
  }

  /** Once: what is not heard of, its caller is told as not heard of. */
  async #report({ orderId }: HeardOrder, outcome: OrderOutcome | 'too-late'): Promise<void> {
    const { doorUuid, log } = this.#o;
    const answer = await this.#questions.ask(`${PATH}reportOrder`, { doorUuid, orderId, outcome }, reportSchema, REPORT_LIMIT_MS);
    if ('kind' in answer) log.warn(`What came of an order could not be told to the backend: ${answer.detail}`, { outcome });
  }
}
