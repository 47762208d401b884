import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { messageOf } from '../../daemon/base/errors.ts';
import type { RelayLevel, RelayLine } from './relay-line.ts';

/** [S1] An order to energise that was sent longer ago is dropped: the guard was stopped, or the pipe stood still. */
const MAX_ORDER_AGE_MS = 1_000;
/** No lease is longer, whatever is asked for. */
const MAX_LEASE_MS = 300_000;

export interface GuardCoreOptions {
  line: RelayLine;
  /** Orders carry their sending time on this same clock. */
  clock: Pick<Clock, 'monotonicMs' | 'after'>;
  /** Takes one line of an answer, without its newline. */
  answer: (text: string) => void;
}

/**
 * The relay guard itself: keeps the lease and ends it, by the protocol in guard-protocol.ts.
 * The guard process wraps it in pipes; a replayed session runs it on the virtual clock [S1].
 */
export class GuardCore {
  readonly #o: GuardCoreOptions;
  #lease: Timer | undefined;

  constructor(options: GuardCoreOptions) {
    this.#o = options;
  }

  /** Brings the relay to rest and says that orders may come. */
  begin(): void {
    this.#answering('0', () => this.#set('rest'));
  }

  /** One order, without its newline. */
  receive(order: string): void {
    const [verb, id = '0', ...numbers] = order.split(' ');
    this.#answering(id, () => {
      switch (verb) {
        case 'energise': return this.#energise(Number(numbers[0]), Number(numbers[1]));
        case 'rest': return this.rest();
        case 'level': return this.#o.line.read();
        default: throw new Error('not an order of this protocol');
      }
    });
  }

  /** Also what a closed pipe means. */
  rest(): RelayLevel {
    this.#lease?.cancel();
    this.#lease = undefined;
    return this.#set('rest');
  }

  #energise(leaseMs: number, sentAtMs: number): RelayLevel | 'late' {
    const { clock } = this.#o;
    const ageMs = clock.monotonicMs() - sentAtMs;
    if (!(leaseMs > 0 && leaseMs <= MAX_LEASE_MS && ageMs >= 0)) throw new Error(`a lease must be of 1 to ${MAX_LEASE_MS} ms and sent in the past`);
    if (ageMs > MAX_ORDER_AGE_MS || ageMs >= leaseMs) return 'late';
    this.#lease?.cancel();
    this.#lease = clock.after(leaseMs - ageMs, () => this.#answering('0', () => this.rest()));
    return this.#set('energised');
  }

  #set(level: RelayLevel): RelayLevel {
    this.#o.line.write(level);
    return this.#o.line.read();
  }

  #answering(id: string, act: () => RelayLevel | 'late'): void {
    let result: string;
    try {
      result = act();
    } catch (thrown) {
      result = `failed ${messageOf(thrown).replaceAll('\n', ' ')}`;
    }
    this.#o.answer(`${id} ${result}`);
  }
}
