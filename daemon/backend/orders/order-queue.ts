import type { Clock, Timer } from '../../base/clock.ts';
import type { OrderEnd, OrderOutcome } from './unlock-answer.ts';

/** An order as its door gets it. */
export interface Order {
  orderId: string;
  type: 'unlock';
  /** Name of the API key that asks for it. */
  by: string;
}

/** What a door's question comes to. `replaced`: a newer question of the same door took its place. */
export type Heard = Order | 'nothing' | 'replaced';

interface OpenOrder extends Order {
  state: 'open' | 'claimed';
  timer: Timer;
  end: (end: OrderEnd) => void;
}

interface HeldQuestion {
  answer: (heard: Heard) => void;
}

/** From being asked for until a door has to have taken it. */
export const CLAIM_WITHIN_MS = 5_000;
/** From being taken until the door has to have said what came of it. */
export const REPORT_WITHIN_MS = 3_000;
/** A door that was heard of so lately is between two questions, and not away. */
const BETWEEN_QUESTIONS_MS = 2_000;
/** The orders of one door, and the door's question while it is held. `orders.ts` says how they come together. */
export class OrderQueue {
  /** Those who ask for something of this door, from their first word to their answer. */
  callers = 0;
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #orders = new Map<string, OpenOrder>();
  #held: HeldQuestion | undefined;
  #heardMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the order has ended. Until it is claimed it ends with its caller. */
  ask(order: Order, hungUp: AbortSignal): Promise<OrderEnd> {
    if (hungUp.aborted) return Promise.resolve('withdrawn');
    if (!this.#isDoorThere()) return Promise.resolve('offline');
    return new Promise((resolve) => {
      const withdraw = (): void => {
        if (open.state === 'open') open.end('withdrawn');
      };
      const open: OpenOrder = {
        ...order,
        state: 'open',
        timer: this.#clock.after(CLAIM_WITHIN_MS, () => open.end('unclaimed')),
        end: (end) => {
          open.timer.cancel();
          hungUp.removeEventListener('abort', withdraw);
          this.#orders.delete(order.orderId);
          resolve(end);
        },
      };
      hungUp.addEventListener('abort', withdraw);
      this.#orders.set(order.orderId, open);
      this.#handOver();
    });
  }

  /** The oldest order that nobody has claimed: now, or as soon as there is one, within `holdMs`. */
  wait(holdMs: number, hungUp: AbortSignal): Promise<Heard> {
    this.#held?.answer('replaced');
    this.#heardMs = this.#clock.monotonicMs();
    const oldest = this.#oldest();
    if (oldest) return Promise.resolve(oldest);
    if (holdMs === 0 || hungUp.aborted) return Promise.resolve('nothing');
    return new Promise((resolve) => {
      const timer = this.#clock.after(holdMs, () => held.answer('nothing'));
      const gone = (): void => {
        held.answer('nothing');
        // Who hangs up is away, not between two questions.
        this.#heardMs = -Infinity;
      };
      const held: HeldQuestion = {
        answer: (heard) => {
          timer.cancel();
          hungUp.removeEventListener('abort', gone);
          this.#held = undefined;
          this.#heardMs = this.#clock.monotonicMs();
          resolve(heard);
        },
      };
      hungUp.addEventListener('abort', gone);
      this.#held = held;
    });
  }

  /** True once for an order, and only while its caller waits. */
  claim(orderId: string): boolean {
    this.#heardMs = this.#clock.monotonicMs();
    const order = this.#orders.get(orderId);
    if (order?.state !== 'open') return false;
    order.state = 'claimed';
    order.timer.cancel();
    order.timer = this.#clock.after(REPORT_WITHIN_MS, () => order.end('unreported'));
    return true;
  }

  /** False when nobody waits for it any more. */
  report(orderId: string, outcome: OrderOutcome): boolean {
    this.#heardMs = this.#clock.monotonicMs();
    const order = this.#orders.get(orderId);
    if (order?.state !== 'claimed') return false;
    order.end(outcome);
    return true;
  }

  /** Ends what is waited for, on both sides. */
  close(): void {
    this.#held?.answer('nothing');
    for (const order of [...this.#orders.values()]) order.end(order.state === 'open' ? 'unclaimed' : 'unreported');
  }

  #isDoorThere(): boolean {
    const isBusy = [...this.#orders.values()].some((order) => order.state === 'claimed');
    return this.#held !== undefined || isBusy || this.#clock.monotonicMs() - this.#heardMs < BETWEEN_QUESTIONS_MS;
  }

  #handOver(): void {
    const oldest = this.#oldest();
    if (oldest) this.#held?.answer(oldest);
  }

  #oldest(): Order | undefined {
    for (const { orderId, type, by, state } of this.#orders.values()) {
      if (state === 'open') return { orderId, type, by };
    }
    return undefined;
  }
}
