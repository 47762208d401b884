import { Backoff } from '../../base/backoff.ts';
import { sleep, type Clock, type Timer } from '../../base/clock.ts';
import { PosternError } from '../../base/errors.ts';
import type { PartState } from '../../base/status.ts';
import { connectBroker, RefusedConnection, type BrokerConnection, type BrokerConnectOptions, type BrokerLogin } from './broker-connection.ts';
import { brokerFaultOf, type BrokerFault } from './broker-fault.ts';

export interface BrokerLinkOptions extends Omit<BrokerConnectOptions, 'url' | 'login'> {
  /** Tried in turn. */
  brokers: readonly string[];
  /** Read for each connection. Throws PosternError. */
  login: () => BrokerLogin;
  clock: Clock;
  /** 0 ≤ r < 1, for the jitter. */
  jitter?: () => number;
  report: (state: PartState, reason?: string) => void;
  /** The broker has said yes. */
  onUp: (connection: BrokerConnection) => void;
  /** The connection that was up is over. */
  onDown: () => void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** After a broker that ran well ends, a whole fleet comes back: it spreads over this time. */
const RETURN_WITHIN_MS = 8_000;
/** Brokers that all refuse this door are asked again this often: somebody has to change something first. */
const REFUSED_RETRY_MS = 60_000;
/** A connection that lasts so long is a good one. */
const STABLE_MS = 30_000;
/** So many in a row that did not last have a cause of their own. */
const SHORT_IN_A_ROW = 3;
/** What saying goodbye may take at most. */
const CLOSE_WITHIN_MS = 1_000;

/**
 * Keeps a connection to one of several brokers: tries them in turn, waits between tries longer and longer, 1 to 30 s, each
 * time drawn at random so that a fleet does not come at once, and says in one sentence what keeps it from being connected.
 */
export class BrokerLink {
  readonly #o: BrokerLinkOptions;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #connection: BrokerConnection | undefined;
  #shortInARow = 0;
  #refusedInARow = 0;

  constructor(options: BrokerLinkOptions) {
    this.#o = options;
    this.#backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: LAST_RETRY_MS, ...(options.jitter && { random: options.jitter }) });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Says goodbye, for a second at most; calling it again is harmless. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { brokers, clock } = this.#o;
    const { signal } = this.#stopping;
    for (let turn = 0; !signal.aborted; turn++) {
      const url = brokers[turn % brokers.length] as string;
      const { fault, lastedMs } = await this.#tryOnce(url);
      await sleep(clock, this.#waitAfter(url, fault, lastedMs), signal);
    }
  }

  /** One try; `lastedMs` is how long the connection stood, undefined when there was none. */
  async #tryOnce(url: string): Promise<{ fault: BrokerFault; lastedMs: number | undefined }> {
    const { clock, login, onUp, onDown } = this.#o;
    try {
      const connection = await connectBroker({ ...this.#o, url, login: login() }, this.#stopping.signal);
      const upMs = clock.monotonicMs();
      this.#connection = connection;
      const settled = this.#settle(url);
      onUp(connection);
      const fault = await connection.ended;
      settled?.cancel();
      this.#connection = undefined;
      onDown();
      return { fault, lastedMs: clock.monotonicMs() - upMs };
    } catch (thrown) {
      if (thrown instanceof RefusedConnection) return { fault: thrown.fault, lastedMs: undefined };
      if (thrown instanceof PosternError) return { fault: brokerFaultOf(thrown, false), lastedMs: undefined };
      throw thrown;
    }
  }

  /** What is well is told at once, unless the connections before this did not last. */
  #settle(url: string): Timer | undefined {
    const { clock, report } = this.#o;
    const well = (): void => {
      this.#shortInARow = 0;
      this.#backoff.reset();
      report('ok', `Connected to ${hostOf(url)}.`);
    };
    if (this.#shortInARow < SHORT_IN_A_ROW) report('ok', `Connected to ${hostOf(url)}.`);
    return clock.after(STABLE_MS, well);
  }

  #waitAfter(url: string, fault: BrokerFault, lastedMs: number | undefined): number {
    const { brokers, jitter = Math.random, report } = this.#o;
    const isShort = lastedMs !== undefined && lastedMs < STABLE_MS;
    this.#shortInARow = isShort ? this.#shortInARow + 1 : 0;
    this.#refusedInARow = fault.kind === 'refused' ? this.#refusedInARow + 1 : 0;
    report('degraded', this.#shortInARow >= SHORT_IN_A_ROW && fault.kind === 'ended' ? takenOver(url, this.#shortInARow) : `The broker ${hostOf(url)} ${fault.text}`);
    if (lastedMs !== undefined && !isShort) return jitter() * RETURN_WITHIN_MS;
    if (this.#refusedInARow >= brokers.length) return REFUSED_RETRY_MS * (0.75 + jitter() / 2);
    return this.#backoff.nextMs();
  }

  async #close(): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    const late = this.#o.clock.after(CLOSE_WITHIN_MS, () => connection.drop('did not take the goodbye.'));
    await connection.close();
    late.cancel();
  }
}

/** A broker lets one connection have a client id, and ends the other without a word (MQTT 3.1.1 §3.1.4). */
function takenOver(url: string, times: number): string {
  return `The broker ${hostOf(url)} has ended ${times} connections in a row soon after they stood: is a second daemon running with this door's uuid, or does its access list end them?`;
}

/** Without the scheme, as people name a broker. */
export function hostOf(url: string): string {
  return new URL(url).host;
}
