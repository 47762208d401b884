import { Backoff } from '../../daemon/base/backoff.ts';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { GuardChannel, OpenGuard } from './guard-channel.ts';
import type { Answer, Verb } from './guard-protocol.ts';
import { answerFrom, levelIn, orderText, wrongWith } from './guard-protocol.ts';
import type { Order } from './order-book.ts';
import { OrderBook, limit, relayError } from './order-book.ts';
import type { RelayLevel, RelayLine } from './relay-line.ts';

/** A guard that lives answers within this; one that does not is replaced. */
const ANSWER_LIMIT_MS = 1_000;
/** How late the end of a lease may be told before the guard is taken to hang. */
const LEASE_END_LIMIT_MS = 500;
/** Starting a process on a small board that is busy booting. */
const START_LIMIT_MS = 15_000;
/** How often the guard is asked for the level. */
const LOOK_EVERY_MS = 5_000;
const RESTART = { firstMs: 100, maxMs: 30_000 };

export interface GuardedRelayOptions {
  clock: Clock;
  /** The driver's own hand on the relay, for rest alone. */
  line: RelayLine;
  openGuard: OpenGuard;
  /** See `DoorIoSink.relayFault`. */
  onFault: (detail: string | undefined) => void;
  onLevel?: (level: RelayLevel) => void;
}

/** The driver's side of the relay guard: gives orders, checks the answers, and replaces a guard that dies or hangs. */
export class GuardedRelay {
  readonly #o: GuardedRelayOptions;
  readonly #backoff = new Backoff(RESTART);
  readonly #orders: OrderBook;
  #guard: GuardChannel | undefined;
  #ready = false;
  #starting: { resolve: () => void; reject: (error: PosternError) => void } | undefined;
  #level: RelayLevel = 'rest';
  #heardMs = 0;
  #fault: string | undefined;
  /** Set while a lease runs: when the guard must have told of its end. */
  #leaseEnd: Timer | undefined;
  /** The next look at the guard, the end of its time to get ready, or its next start. */
  #next: Timer | undefined;
  #stopped = false;

  constructor(options: GuardedRelayOptions) {
    this.#o = options;
    this.#orders = new OrderBook(options.clock, ANSWER_LIMIT_MS, () => this.#replace('it did not answer'));
  }

  /** As last read back. */
  get level(): RelayLevel {
    return this.#level;
  }

  /** Monotonic milliseconds when the guard last said anything. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Resolves when the guard is ready, with the relay at rest. Rejects PosternError('relay-guard'). */
  async start(): Promise<void> {
    // A line that the guard alone has is at rest from the instant that the guard gets it.
    if (!this.#o.line.isGuardsAlone) this.#setFault(this.#restByHand());
    try {
      await new Promise<void>((resolve, reject) => {
        this.#starting = { resolve, reject };
        this.#openGuard();
      });
    } finally {
      this.#starting = undefined;
    }
  }

  /** See `DoorIo.energise`. Rejects PosternError('relay'). */
  energise(leaseMs: number): Promise<void> {
    return this.#order('energise', 'energised', leaseMs);
  }

  /** See `DoorIo.rest`. By the driver's own hand at once, for the guard may hang, and by the guard, which ends its lease. */
  async rest(): Promise<void> {
    const wrong = this.#restByHand();
    if (this.#ready) return this.#order('rest', 'rest');
    if (wrong !== undefined) throw relayError(wrong);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#ready = false;
    this.#restByHand();
    this.#next?.cancel();
    this.#endLease();
    this.#orders.rejectAll('the door driver stops');
    await this.#guard?.close();
    this.#guard = undefined;
    this.#restByHand();
  }

  // ---- The guard's life ----

  #openGuard(): void {
    // Before it is opened: one within this process is ready at once.
    this.#next = this.#o.clock.after(START_LIMIT_MS, () => this.#replace('it did not get ready in time'));
    try {
      this.#guard = this.#o.openGuard({ answer: (text) => this.#answered(text), gone: (why) => this.#gone(why) });
    } catch (thrown) {
      this.#gone(messageOf(thrown));
    }
  }

  /** Ends a guard that is there but not to be relied on. */
  #replace(why: string): void {
    this.#guard?.kill();
    this.#gone(why);
  }

  #gone(why: string): void {
    if (this.#stopped) return;
    this.#guard = undefined;
    this.#ready = false;
    this.#endLease();
    this.#next?.cancel();
    this.#setFault(this.#restByHand() ?? `The relay guard is gone (${why}); the relay was brought to rest and another guard is started.`);
    this.#orders.rejectAll(why);
    if (this.#starting) return this.#starting.reject(new PosternError('relay-guard', `The relay guard cannot run: ${why}.`));
    this.#next = this.#o.clock.after(this.#backoff.nextMs(), () => this.#openGuard());
  }

  #lookLater(): void {
    this.#next?.cancel();
    this.#next = this.#o.clock.after(LOOK_EVERY_MS, () => {
      this.#lookLater();
      this.#order('level').then(() => this.#backoff.reset(), () => {});
    });
  }

  // ---- Orders and answers ----

  #order(verb: Verb, wants?: RelayLevel, leaseMs?: number): Promise<void> {
    const guard = this.#guard;
    if (!guard || !this.#ready) return Promise.reject(relayError('The relay guard is not running; another one is being started.'));
    return new Promise((resolve, reject) => {
      const id = this.#orders.enter({ wants, leaseMs, resolve, reject });
      guard.send(orderText(verb, id, leaseMs, guard.nowMs()));
    });
  }

  #answered(text: string): void {
    if (this.#stopped) return;
    this.#heardMs = this.#o.clock.monotonicMs();
    const answer = answerFrom(text);
    if (answer.id === '0') return this.#toldUnasked(answer);
    const order = this.#orders.take(answer.id);
    if (!order) return;
    const wrong = this.#judge(order, answer);
    if (wrong === undefined) order.resolve();
    else order.reject(relayError(wrong));
  }

  #toldUnasked(answer: Answer): void {
    if (!this.#ready && levelIn(answer) === undefined) return this.#replace(answer.sentence);
    this.#ready = true;
    this.#endLease();
    this.#take(answer, 'rest');
    this.#lookLater();
    this.#starting?.resolve();
  }

  /** Takes an order's answer; returns what is wrong with it. */
  #judge({ wants, leaseMs }: Order, answer: Answer): string | undefined {
    const level = levelIn(answer);
    const expected = wants ?? (this.#leaseEnd ? 'energised' : 'rest');
    if (leaseMs !== undefined || level === 'rest') this.#endLease();
    if (leaseMs !== undefined && level === 'energised') this.#beginLease(leaseMs);
    // A level that a later order may have changed meanwhile is neither right nor wrong.
    if (this.#orders.size === 0 || level === undefined) return this.#take(answer, expected);
    this.#setLevel(level);
    return undefined;
  }

  #take(answer: Answer, expected: RelayLevel): string | undefined {
    const level = levelIn(answer);
    if (level !== undefined) this.#setLevel(level);
    const wrong = wrongWith(answer, expected);
    this.#setFault(wrong);
    return wrong;
  }

  #beginLease(leaseMs: number): void {
    this.#leaseEnd = limit(this.#o.clock, leaseMs + LEASE_END_LIMIT_MS, () => this.#replace('it did not end a lease'));
  }

  #endLease(): void {
    this.#leaseEnd?.cancel();
    this.#leaseEnd = undefined;
  }

  // ---- The relay ----

  /** Returns what is wrong afterwards, as far as can be known: a line that the guard alone has tells nothing while it has it. */
  #restByHand(): string | undefined {
    if (this.#o.line.isGuardsAlone && this.#guard) return undefined;
    try {
      this.#o.line.write('rest');
      this.#setLevel(this.#o.line.read());
      return wrongWith({ id: '0', result: this.#level, sentence: '' }, 'rest');
    } catch (thrown) {
      return `The relay line cannot be written: ${messageOf(thrown)}`;
    }
  }

  #setLevel(level: RelayLevel): void {
    if (this.#level === level) return;
    this.#level = level;
    this.#o.onLevel?.(level);
  }

  #setFault(detail: string | undefined): void {
    if (this.#fault === detail) return;
    this.#fault = detail;
    this.#o.onFault(detail);
  }
}
