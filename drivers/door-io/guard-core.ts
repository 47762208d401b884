import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { messageOf } from '../../daemon/base/errors.ts';
import type { RelayLevel, RelayLine } from './relay-line.ts';

/** [S1] An order to energise that was sent longer ago is dropped: the guard was stopped, or the pipe stood still. */
const MAX_ORDER_AGE_MS = 1_000;
/** No lease is longer, whatever is asked for. */
const MAX_LEASE_MS = 300_000;
/** A relay that would not rest is told to again this often. */
const TRY_AGAIN_MS = 50;

/** By guard-protocol.ts. */
const ORDER = /^(energise|rest|level) (\d{1,16})(?: (\d{1,12}(?:\.\d+)?) (\d{1,12}(?:\.\d+)?))?$/;

export interface GuardCoreOptions {
  line: RelayLine;
  /** Orders carry their sending time on this same clock. */
  clock: Pick<Clock, 'monotonicMs' | 'after'>;
  /** Takes one line of an answer, without its newline. */
  answer: (text: string) => void;
}

/**
 * What the relay guard does, on a clock that is given: for a replayed session, whose time is virtual, and for tests.
 * At a door the same is done by a program of its own, guard/guard.c; one suite of tests holds for both [S1].
 */
export class GuardCore {
  readonly #o: GuardCoreOptions;
  #lease: Timer | undefined;
  #again: Timer | undefined;
  /** What was last told of a relay that should rest, so that it is told once. */
  #toldOfRest = '';

  constructor(options: GuardCoreOptions) {
    this.#o = options;
  }

  /** Brings the relay to rest and says that orders may come. */
  begin(): void {
    this.#restUnasked();
  }

  /** One order, without its newline. */
  receive(order: string): void {
    const [, verb, id = '0', leaseMs, sentAtMs] = ORDER.exec(order) ?? [];
    if (verb === undefined || (verb === 'energise') !== (leaseMs !== undefined)) return this.#o.answer('0 failed not an order of this protocol');
    if (verb === 'energise') return this.#energise(id, Number(leaseMs), Number(sentAtMs));
    if (verb === 'level') return this.#o.answer(`${id} ${this.#attempt(() => this.#o.line.read())}`);
    this.#toldOfRest = this.rest();
    this.#o.answer(`${id} ${this.#toldOfRest}`);
  }

  /** Also what a closed pipe means. Tried again until it is so. Returns the result as an answer tells it. */
  rest(): string {
    this.close();
    const result = this.#set('rest');
    if (result !== 'rest') this.#again = this.#o.clock.after(TRY_AGAIN_MS, () => this.#restUnasked());
    return result;
  }

  /** No timer is left. */
  close(): void {
    this.#lease?.cancel();
    this.#again?.cancel();
    this.#lease = this.#again = undefined;
  }

  /** The end of a lease is told; a relay that does not rest then is told once, and when it does. */
  #restUnasked(): void {
    const isAgain = this.#again !== undefined;
    const result = this.rest();
    if (isAgain && result === this.#toldOfRest) return;
    this.#toldOfRest = result;
    this.#o.answer(`0 ${result}`);
  }

  #energise(id: string, leaseMs: number, sentAtMs: number): void {
    const { clock, answer } = this.#o;
    const ageMs = clock.monotonicMs() - sentAtMs;
    if (!(leaseMs > 0 && leaseMs <= MAX_LEASE_MS && ageMs >= 0)) return answer(`${id} failed a lease must be of 1 to ${MAX_LEASE_MS} ms and sent in the past`);
    if (ageMs > MAX_ORDER_AGE_MS || ageMs >= leaseMs) return answer(`${id} late`);
    this.close();
    this.#lease = clock.after(leaseMs - ageMs, () => this.#restUnasked());
    answer(`${id} ${this.#set('energised')}`);
  }

  #set(level: RelayLevel): string {
    return this.#attempt(() => {
      this.#o.line.write(level);
      return this.#o.line.read();
    });
  }

  #attempt(act: () => RelayLevel): string {
    try {
      return act();
    } catch (thrown) {
      return `failed ${messageOf(thrown).replaceAll('\n', ' ')}`;
    }
  }
}
