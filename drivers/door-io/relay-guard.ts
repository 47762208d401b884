import { Backoff } from '../../daemon/base/backoff.ts';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { GuardChannel, OpenGuard } from './guard-channel.ts';
import type { Order } from './order-book.ts';
import { OrderBook, limit, relayError } from './order-book.ts';
import type { RelayLevel, RelayLine } from './relay-line.ts';

/**
 * The protocol of the relay guard [S1]. One line an order, one line an answer, words parted by single spaces.
 *
 *     energise <id> <leaseMs> <sentAtMs>   energise until leaseMs after sentAtMs; replaces the running lease
 *     rest <id>                            rest, and end the lease
 *     level <id>                           read the level
 *
 *     <id> energised|rest                  the level, read back after the order
 *     <id> late                            the order was sent over 1 s ago, and dropped
 *     <id> failed <sentence>               the line could not be written or read, or the order not understood
 *     0 rest|energised                     unasked: the guard is ready, or a lease has ended
 *     0 failed <sentence>                  unasked: it cannot run, or could not end a lease
 *
 * Times are milliseconds on CLOCK_MONOTONIC and may have decimals. Ids count up from 1. A closed pipe means: rest, and end.
 */
type Verb = 'energise' | 'rest' | 'level';

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
  #fault: string | undefined;
  /** Set while a lease runs: when the guard must have told of its end. */
  #leaseEnd: Timer | undefined;
  /** The next look at the guard, or its next start. */
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

  /** Resolves when the guard is ready, with the relay at rest. Rejects PosternError('relay-guard'). */
  async start(): Promise<void> {
    this.#setFault(this.#restByHand());
    const tooLong = this.#o.clock.after(START_LIMIT_MS, () => this.#replace('it did not get ready in time'));
    try {
      await new Promise<void>((resolve, reject) => {
        this.#starting = { resolve, reject };
        this.#openGuard();
      });
    } finally {
      tooLong.cancel();
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
    this.#restByHand();
  }

  // ---- The guard's life ----

  #openGuard(): void {
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
      guard.send(leaseMs === undefined ? `${verb} ${id}` : `${verb} ${id} ${leaseMs} ${guard.nowMs()}`);
    });
  }

  #answered(text: string): void {
    if (this.#stopped) return;
    const [id = '', result = '', ...rest] = text.split(' ');
    if (id === '0') return this.#toldUnasked(result, rest.join(' '));
    const order = this.#orders.take(id);
    if (!order) return;
    const wrong = this.#judge(order, result, rest.join(' '));
    if (wrong === undefined) order.resolve();
    else order.reject(relayError(wrong));
  }

  #toldUnasked(result: string, sentence: string): void {
    if (!this.#ready && result === 'failed') return this.#replace(sentence);
    this.#ready = true;
    this.#endLease();
    this.#take(result, wrongWith(result, sentence, 'rest'));
    this.#lookLater();
    this.#starting?.resolve();
  }

  /** Takes an order's answer; returns what is wrong with it. */
  #judge({ wants, leaseMs }: Order, result: string, sentence: string): string | undefined {
    const expected = wants ?? (this.#leaseEnd ? 'energised' : 'rest');
    if (leaseMs !== undefined || result === 'rest') this.#endLease();
    if (leaseMs !== undefined && result === 'energised') this.#beginLease(leaseMs);
    // A level that a later order may have changed meanwhile is neither right nor wrong.
    if (this.#orders.size > 0 && isLevel(result)) {
      this.#setLevel(result);
      return undefined;
    }
    return this.#take(result, wrongWith(result, sentence, expected));
  }

  #take(result: string, wrong: string | undefined): string | undefined {
    if (isLevel(result)) this.#setLevel(result);
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

  /** Returns what is wrong afterwards. */
  #restByHand(): string | undefined {
    try {
      this.#o.line.write('rest');
      this.#setLevel(this.#o.line.read());
      return wrongWith(this.#level, '', 'rest');
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

function isLevel(result: string): result is RelayLevel {
  return result === 'energised' || result === 'rest';
}

function wrongWith(result: string, sentence: string, wants: RelayLevel): string | undefined {
  if (result === wants) return undefined;
  switch (result) {
    case 'energised': return 'The relay reads energised although it was told to rest: its contacts may be welded, or something else drives its line.';
    case 'rest': return 'The relay reads at rest although it was energised: something else drives its line.';
    case 'late': return 'The order to energise reached the relay guard over 1 s late and was dropped.';
    default: return `The relay guard could not do as told: ${sentence || result}`;
  }
}
