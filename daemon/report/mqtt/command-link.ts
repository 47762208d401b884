import type { Clock } from '../../base/clock.ts';
import { doorCommandOutcomeText, type DoorCommand, type DoorCommandOutcome } from '../../base/door-command.ts';
import type { DurableState } from '../../base/durable-state.ts';
import { PosternError } from '../../base/errors.ts';
import { InFlight } from '../../base/in-flight.ts';
import type { Logger } from '../../base/logger.ts';
import { RateLimit } from '../../base/rate-limit.ts';
import type { StatusBoard } from '../../base/status.ts';
import type { Arrived, BrokerConnection } from './broker-connection.ts';
import { BrokerLink } from './broker-link.ts';
import { deliveryRefusal, judgeContent, judgeUnsigned, refusalTexts, type CommandRefusal, type UnsignedCommand, type UnsignedTopic } from './command-rules.ts';
import type { BrokerAccess } from './mqtt-report.ts';
import { NonceBook } from './nonce-book.ts';
import type { ResultPayload } from './payloads.ts';
import { verifyCommand } from './signed-command.ts';
import type { DoorTopics } from './topics.ts';

export interface CommandLinkOptions {
  access: BrokerAccess;
  doorUuid: string;
  topics: DoorTopics;
  /** Whether unsigned commands are taken, too. */
  unsigned: boolean;
  /** Raw Ed25519 public keys that may command this door now. */
  keys: () => readonly Uint8Array[];
  time: () => { nowMs: number; isBelieved: boolean };
  perform: (command: DoorCommand, by: string) => Promise<DoorCommandOutcome>;
  /** Ends the daemon, to be started again; absent where the config has no button for it. */
  restart?: (() => void) | undefined;
  /** Told of each command that was not carried out; it counts those that repeat themselves. */
  onRefused: (refused: { command: string; reason: string; by?: string }) => void;
  state: DurableState;
  clock: Clock;
  status: StatusBoard;
  log: Logger;
}

/** Where an answer goes, and to which command. */
interface Asked {
  command: string;
  nonce?: string;
  reply?: string | undefined;
  by?: string;
}

type Result = 'done' | 'not-needed' | CommandRefusal | DoorCommandOutcome;

/** Some that wait for the disk while one is carried out [S9]. */
const MAX_WAITING = 8;
/** A command may be 4 kB; what is far larger ends the connection before it is gathered in memory [S9]. */
const MAX_PACKET_BYTES = 16_384;
/** Commands carried out, and refusals answered, each. */
const A_MINUTE = 60;
const PART = 'mqtt-commands';
/** Who sends unsigned commands cannot be told apart. */
const UNSIGNED_BY = 'mqtt unsigned';

/**
 * Takes commands from a broker, on a connection of its own.
 *
 * INVARIANTS
 * - [S8] Clean session, QoS 0, subscribed after connecting; what was retained or comes within 2 s is refused: nothing that waited
 *   anywhere opens the door.
 * - [S8] A signed command's nonce is on the disk before the command is carried out.
 * - One at a time, in the order of arrival; how many wait is bounded [S9].
 * - An answer goes to this door's results topic or one level below it, never elsewhere.
 */
export class CommandLink {
  readonly #o: CommandLinkOptions;
  readonly #link: BrokerLink;
  readonly #book: NonceBook;
  readonly #performed: RateLimit;
  readonly #answered: RateLimit;
  readonly #inFlight = new InFlight();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Monotonic milliseconds; undefined until the broker has confirmed. */
  #subscribedMs: number | undefined;

  constructor(options: CommandLinkOptions) {
    const { access, doorUuid, clock, state, status } = options;
    this.#o = options;
    this.#book = new NonceBook(state);
    this.#performed = new RateLimit(clock, A_MINUTE);
    this.#answered = new RateLimit(clock, A_MINUTE);
    this.#link = new BrokerLink({
      ...access, clock, clientId: `postern-${doorUuid}-c`, maxPacketBytes: MAX_PACKET_BYTES,
      report: (is, reason) => status.report(PART, is, reason),
      onUp: (connection) => this.#listen(connection),
      onDown: () => (this.#subscribedMs = undefined),
    });
  }

  start(): void {
    this.#link.start();
  }

  /** Resolves when no command is being carried out. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  async stop(): Promise<void> {
    await this.#link.stop();
    await this.idle();
  }

  #listen(connection: BrokerConnection): void {
    const { topics, unsigned, restart, clock } = this.#o;
    const unsignedTopics: [string, UnsignedTopic][] = [[topics.setLock, 'setLock'], [topics.setMode, 'setMode'], ...(restart ? [[topics.restart, 'restart'] as [string, UnsignedTopic]] : [])];
    const kinds = new Map<string, 'signed' | UnsignedTopic>([[topics.command, 'signed'], ...(unsigned ? unsignedTopics : [])]);
    connection.onMessage((arrived) => {
      const kind = kinds.get(arrived.topic);
      if (kind) this.#arrived(connection, kind, arrived);
    });
    void this.#inFlight.track(connection.subscribe([...kinds.keys()]).then(() => void (this.#subscribedMs = clock.monotonicMs()), (thrown: unknown) => {
      if (!(thrown instanceof PosternError)) throw thrown;
      if (thrown.code === 'broker-refused') connection.drop('does not let this door listen for commands. Check its access list.');
    }));
  }

  #arrived(connection: BrokerConnection, kind: 'signed' | UnsignedTopic, { payload, retain }: Arrived): void {
    const sinceSubscribedMs = this.#subscribedMs === undefined ? undefined : this.#o.clock.monotonicMs() - this.#subscribedMs;
    const refusal = deliveryRefusal({ retain, bytes: payload.length, sinceSubscribedMs }) ?? (this.#waiting >= MAX_WAITING ? 'too-many' : undefined);
    if (refusal) return this.#settle(connection, { command: kind }, refusal);
    this.#waiting++;
    const handle = (): Promise<void> => (kind === 'signed' ? this.#signed(connection, payload) : this.#unsigned(connection, kind, payload));
    this.#last = this.#inFlight.track(this.#last.then(handle).finally(() => this.#waiting--));
  }

  async #signed(connection: BrokerConnection, payload: Buffer): Promise<void> {
    const { doorUuid, keys, time } = this.#o;
    const verified = verifyCommand(payload, keys());
    if ('refusal' in verified) return this.#settle(connection, { command: 'signed' }, verified.refusal);
    const by = `mqtt key ${verified.keyId}`;
    const { nowMs, isBelieved } = time();
    const judged = judgeContent(verified.content, { doorUuid, nowMs, clockIsBelieved: isBelieved });
    if ('refusal' in judged) return this.#settle(connection, { command: 'signed', by }, judged.refusal);
    const { said: { nonce, reply, atMs }, command } = judged;
    const asked = { command: command.type, nonce, reply, by };
    const used = await this.#book.use(nonce, atMs);
    if (used) return this.#settle(connection, asked, used);
    this.#settle(connection, asked, await this.#perform(command, by));
  }

  async #unsigned(connection: BrokerConnection, topic: UnsignedTopic, payload: Buffer): Promise<void> {
    const { restart, time } = this.#o;
    const judged = judgeUnsigned(topic, payload, time().nowMs, { restart: restart !== undefined });
    if ('refusal' in judged) return this.#settle(connection, { command: topic }, judged.refusal);
    this.#settle(connection, { command: judged.command.type, by: UNSIGNED_BY }, await this.#perform(judged.command, UNSIGNED_BY));
    if (judged.command.type === 'restart') restart?.();
  }

  async #perform(command: UnsignedCommand, by: string): Promise<Result> {
    if (command.type === 'none') return 'not-needed';
    if (!this.#performed.take()) return 'too-many';
    return command.type === 'restart' ? 'done' : this.#o.perform(command, by);
  }

  /** Answers, and has it logged when it was not done. */
  #settle(connection: BrokerConnection, { command, nonce, reply, by }: Asked, outcome: Result): void {
    const { doorUuid, topics, onRefused, clock } = this.#o;
    const done = outcome === 'done' || outcome === 'not-needed';
    if (!done) {
      onRefused({ command, reason: outcome, ...(by !== undefined && { by }) });
      if (!this.#answered.take()) return;
    }
    const payload: ResultPayload = { doorUuid, nonce: nonce ?? null, command, done, outcome, text: textOf(outcome), atMs: clock.wallMs() };
    const topic = reply === undefined ? topics.results : `${topics.results}/${reply}`;
    void this.#inFlight.track(connection.publish(topic, JSON.stringify(payload), { qos: 0 }).catch((thrown: unknown) => {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#o.log.warn(`What came of a command could not be told: ${thrown.message}`, { command, outcome });
    }));
  }
}

function textOf(outcome: Result): string {
  if (outcome === 'not-needed') return 'Nothing to do: the door locks itself when its unlock time is over.';
  if (outcome in refusalTexts) return refusalTexts[outcome as CommandRefusal];
  return doorCommandOutcomeText[outcome as DoorCommandOutcome];
}
