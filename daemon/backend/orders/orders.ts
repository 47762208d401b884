import type { Clock } from '../../base/clock.ts';
import { ruuidOf, type RandomSource } from '../../base/ids.ts';
import { InFlight } from '../../base/in-flight.ts';
import type { Actor, Audit } from '../audit.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { SharedCommits } from '../shared-commits.ts';
import { OrderQueue, type Heard } from './order-queue.ts';
import { unlockAnswerOf, type OrderOutcome, type UnlockAnswer } from './unlock-answer.ts';

export interface OrdersOptions {
  clock: Clock;
  random: RandomSource;
  audit: Audit;
  commits: SharedCommits;
}

/** Shorter than proxies and address translators let a silent connection live (commonly 30 to 60 s). */
export const MOST_HOLD_S = 25;
/** Half of the connections the server takes, so that held ones never keep the others out [S9]. */
const MOST_HELD = 256;
/** [S9] */
const MOST_CALLERS = 64;
const MOST_CALLERS_A_DOOR = 4;
const ORDER_ID_BYTES = 16;

/**
 * Orders to doors, which call out only: a door asks `awaitOrder`, which is held until there is an order; then it asks
 * `claimOrder`, acts, and tells `reportOrder`. What is asked of a door happens now or never:
 *
 * - an order is handed out until it is claimed, and claimed once;
 * - it can be claimed only while its caller waits, for at most 5 s; the door acts only when its claim was answered yes
 *   within 1 s, by its own clock, to the very question (a nonce), so nothing that was delayed, queued or repeated opens it;
 * - nothing is stored: a restart, on either side, forgets every order.
 *
 * | lost, late or gone | the caller hears | the door |
 * |---|---|---|
 * | no question of the door is held | DOOR_OFFLINE at once | – |
 * | the order, on its way to the door | SUCCESS if the door asks again within 5 s; else DOOR_OFFLINE | acts once, or never hears of it |
 * | the claim, on its way here | the same | the same |
 * | the claim's answer, or it took over 1 s | TIMEOUT, at once if the door can still tell | stays locked |
 * | the report | TIMEOUT after 3 s, "may have been released" | was released |
 * | the caller, before the claim | – (audit: WITHDRAWN) | its claim is answered no |
 * | the caller, after the claim | – (audit: what the door said) | was released |
 * | an order or a claim comes twice | what the first one came to | the second claim is answered no |
 * | a claim's answer comes again later | – | it carries another nonce: stays locked |
 * | this backend ends before the claim | DOOR_OFFLINE (killed: its connection breaks) | its claim is not answered: stays locked |
 * | this backend ends after the claim | TIMEOUT (killed: its connection breaks) | was released |
 * | the door ends before the claim | DOOR_OFFLINE after 5 s, or at once for who asks next | forgets it |
 * | the door ends after the claim | TIMEOUT after 3 s | its relay is at rest; forgets it |
 */
export class Orders {
  readonly #options: OrdersOptions;
  /** By door: one for each that exists and was asked for, so bounded by those. */
  readonly #queues = new Map<string, OrderQueue>();
  readonly #unlocking = new InFlight();
  #held = 0;
  #isClosed = false;

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  /**
   * Has a door released, and answers what came of it. That it was asked for is on disk before the door hears of it, and
   * what came of it before the caller does. Throws ApiError(429 'unlocks-full').
   */
  unlock(door: Uint8Array, actor: Actor, hungUp: AbortSignal): Promise<UnlockAnswer> {
    const queue = this.#queueOf(door);
    if (queue.callers >= MOST_CALLERS_A_DOOR || this.#unlocking.size >= MOST_CALLERS) {
      throw new ApiError(429, 'unlocks-full', 'So many others wait for this door or for others already. Ask again in a few seconds.');
    }
    queue.callers++;
    return this.#unlocking.track(this.#unlock(queue, ruuidOf(door), actor, hungUp).finally(() => queue.callers--));
  }

  async #unlock(queue: OrderQueue, door: string, actor: Actor, hungUp: AbortSignal): Promise<UnlockAnswer> {
    const { audit, commits, random } = this.#options;
    await commits.run(() => audit.write('unlock-asked', door, actor));
    const order = { orderId: ruuidOf(random(ORDER_ID_BYTES)), type: 'unlock' as const, by: actor.apiKey ?? 'the backend' };
    const end = this.#isClosed ? 'unclaimed' : await queue.ask(order, hungUp);
    const answer = unlockAnswerOf(end);
    const outcome = end === 'withdrawn' ? 'WITHDRAWN' : answer.type === 'SUCCESS' ? 'SUCCESS' : answer.errorType;
    await commits.run(() => audit.write('door-unlocked', `${door} ${outcome}`, actor));
    return answer;
  }

  /** A door's question for orders, held for at most `holdS`. Throws ApiError(503 'orders-full', 'stopping'). */
  async wait(door: Uint8Array, holdS: number, hungUp: AbortSignal): Promise<Heard> {
    if (this.#isClosed) throw new ApiError(503, 'stopping', 'The backend is stopping. Ask again later, with back-off.');
    if (this.#held >= MOST_HELD) throw new ApiError(503, 'orders-full', `${MOST_HELD} doors wait for orders already. Ask again later, with back-off.`);
    this.#held++;
    try {
      return await this.#queueOf(door).wait(holdS * 1_000, hungUp);
    } finally {
      this.#held--;
    }
  }

  /** Whether the door may carry the order out: true once. */
  claim(door: Uint8Array, orderId: string): boolean {
    return this.#queueOf(door).claim(orderId);
  }

  /** False when nobody waits for it any more. */
  report(door: Uint8Array, orderId: string, outcome: OrderOutcome): boolean {
    return this.#queueOf(door).report(orderId, outcome);
  }

  /** Answers everybody who waits, and comes to its end when the answers are written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const queue of this.#queues.values()) queue.close();
    await this.#unlocking.idle();
    // The answers are written in the turn of the loop that is under way; closing their connections comes after it.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #queueOf(door: Uint8Array): OrderQueue {
    const key = ruuidOf(door);
    const known = this.#queues.get(key);
    if (known) return known;
    const queue = new OrderQueue(this.#options.clock);
    this.#queues.set(key, queue);
    return queue;
  }
}
