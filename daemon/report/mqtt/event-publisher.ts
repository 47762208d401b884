import type { Clock, Timer } from '../../base/clock.ts';
import type { DurableState } from '../../base/durable-state.ts';
import { EMPTY_CHAIN, type ChainHead } from '../../base/event-chain.ts';
import { PosternError } from '../../base/errors.ts';
import type { StoredEvent } from '../../base/events.ts';
import type { Logger } from '../../base/logger.ts';
import type { StatusBoard } from '../../base/status.ts';
import { DurablePlace } from '../durable-place.ts';
import { chainHeadFrom, isOtherLog, waitingAfter, type PassedOnLog } from '../log-place.ts';
import type { BrokerConnection } from './broker-connection.ts';
import type { GapPayload } from './payloads.ts';

export interface EventPublisherOptions {
  events: PassedOnLog & { onStored(listener: (event: StoredEvent) => void): void };
  state: DurableState;
  /** As events carry it. */
  doorUuid: string;
  topics: { events: string; gap: string };
  clock: Clock;
  status: StatusBoard;
  log: Logger;
}

/** How many events may be on their way at a time [S9]. */
const WINDOW = 100;
/** Handed over at a time, so that a frame in between waits for a millisecond and not for all of them. */
const PIECE = 25;
/** A broker that has acknowledged nothing for so long is let go. */
const STALL_MS = 30_000;
const PART = 'outbox';

/** Something published and not yet moved over: an event, or a gap where events were. */
interface OnItsWay {
  /** Where the cursor goes once this is acknowledged. */
  place: ChainHead;
  isAcknowledged: boolean;
}

/** Events that were pruned before a broker had them. */
export interface Gap {
  fromSeq: number;
  throughSeq: number;
}

/**
 * The event log is the outbox: an event is in it by the very transaction that committed it, and pruning bounds it.
 *
 * INVARIANTS
 * - In order and at least once: the cursor moves over an event when the broker has acknowledged it and all before it. What
 *   is sent again has the same ULID.
 * - Without a connection nothing is published and nothing is kept in memory; with one, 100 events at most [S9].
 * - What was pruned before a broker had it is told as a gap, in its place.
 */
export class EventPublisher {
  readonly #o: EventPublisherOptions;
  readonly #cursor: DurablePlace<ChainHead>;
  #connection: BrokerConnection | undefined;
  #onItsWay: OnItsWay[] = [];
  /** The last event handed to this connection. */
  #sent: ChainHead = EMPTY_CHAIN;
  #soon: NodeJS.Immediate | undefined;
  #stall: Timer | undefined;
  #lastGap: Gap | undefined;

  constructor(options: EventPublisherOptions) {
    const { state, clock, log } = options;
    this.#o = options;
    this.#cursor = new DurablePlace({ state, clock, log, key: 'mqtt-cursor', read: chainHeadFrom, start: EMPTY_CHAIN, whose: 'the broker' });
  }

  /** A door that is told of a broker for the first time begins with what happens from now on. */
  start(): void {
    const { events } = this.#o;
    if (!this.#cursor.isStored) this.#cursor.move(events.head());
    events.onStored(() => this.#pumpSoon());
  }

  /** How many events no broker has yet, since when, and the last gap. */
  get outbox(): { waiting: number; sinceMs: number | undefined; gap: Gap | undefined } {
    const waiting = waitingAfter(this.#o.events, this.#cursor.place.seq);
    return { waiting: waiting?.count ?? 0, sinceMs: waiting?.sinceMs, gap: this.#lastGap };
  }

  begin(connection: BrokerConnection): void {
    const { events, log } = this.#o;
    if (isOtherLog(events, this.#cursor.place)) {
      log.warn('The event log is not the one of which events were published before: all of it is published.');
      this.#cursor.move(EMPTY_CHAIN);
    }
    this.#connection = connection;
    this.#onItsWay = [];
    this.#sent = this.#cursor.place;
    this.#pump();
  }

  end(): void {
    if (!this.#connection) return;
    this.#connection = undefined;
    this.#onItsWay = [];
    this.#rest();
    const { sinceMs } = this.outbox;
    const since = sinceMs === undefined ? '' : ` Events wait for it since ${new Date(sinceMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
    this.#o.status.report(PART, 'degraded', `There is no broker to take events.${since}`);
  }

  idle(): Promise<void> {
    return this.#cursor.idle();
  }

  /** Writes down how far it came. */
  async stop(): Promise<void> {
    this.#connection = undefined;
    this.#rest();
    await this.#cursor.stop();
  }

  /** Not within the commit that stored an event: whoever waits for that one goes first. */
  #pumpSoon(): void {
    if (!this.#connection) return;
    this.#soon ??= setImmediate(() => this.#pump());
  }

  #rest(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    this.#stall?.cancel();
    this.#stall = undefined;
  }

  #pump(): void {
    this.#soon = undefined;
    const connection = this.#connection;
    if (!connection) return;
    const room = Math.min(WINDOW, connection.receiveMaximum) - this.#onItsWay.length;
    if (room <= 0) return;
    const next = this.#o.events.query({ afterSeq: this.#sent.seq, limit: Math.min(room, PIECE) });
    for (const event of next) this.#publish(connection, event);
    if (next.length === PIECE) this.#pumpSoon();
    if (this.#onItsWay.length === 0) this.#reportWell();
  }

  #publish(connection: BrokerConnection, event: StoredEvent): void {
    const { doorUuid, topics } = this.#o;
    if (event.seq > this.#sent.seq + 1) this.#tellGap(connection, { fromSeq: this.#sent.seq + 1, throughSeq: event.seq - 1 }, event.prevHash);
    this.#sent = { seq: event.seq, hash: event.hash };
    const isOwn = event.doorUuid === doorUuid;
    this.#send(connection, this.#sent, isOwn ? connection.publish(topics.events, JSON.stringify(event)) : Promise.resolve());
  }

  #tellGap(connection: BrokerConnection, gap: Gap, prevHash: string): void {
    const { doorUuid, topics, clock, log } = this.#o;
    const text = `Events ${gap.fromSeq} to ${gap.throughSeq} were pruned before a broker had them. Give the log more room (events.maxMb, events.maxAgeDays), or mend the connection sooner.`;
    log.warn(text);
    this.#lastGap = gap;
    const payload: GapPayload = { doorUuid, ...gap, atMs: clock.wallMs(), text };
    this.#send(connection, { seq: gap.throughSeq, hash: prevHash }, connection.publish(topics.gap, JSON.stringify(payload), { retain: true }));
  }

  #send(connection: BrokerConnection, place: ChainHead, published: Promise<void>): void {
    const sent = { place, isAcknowledged: false };
    this.#onItsWay.push(sent);
    this.#stall ??= this.#expectAcknowledgement(connection);
    published.then(() => this.#acknowledged(connection, sent), (thrown: unknown) => this.#failed(connection, thrown));
  }

  #acknowledged(connection: BrokerConnection, sent: OnItsWay): void {
    if (connection !== this.#connection) return;
    sent.isAcknowledged = true;
    let moved: ChainHead | undefined;
    while (this.#onItsWay[0]?.isAcknowledged) moved = this.#onItsWay.shift()?.place;
    if (!moved) return;
    this.#cursor.move(moved);
    this.#stall?.cancel();
    this.#stall = this.#onItsWay.length === 0 ? undefined : this.#expectAcknowledgement(connection);
    this.#pumpSoon();
  }

  /** What ends with the connection is sent on the next; an event that is not taken must not be passed over. */
  #failed(connection: BrokerConnection, thrown: unknown): void {
    if (!(thrown instanceof PosternError)) throw thrown;
    if (connection === this.#connection && thrown.code === 'broker-refused') connection.drop(`does not take events: ${thrown.message}`);
  }

  #expectAcknowledgement(connection: BrokerConnection): Timer {
    return this.#o.clock.after(STALL_MS, () => connection.drop('takes events and acknowledges none.'));
  }

  #reportWell(): void {
    const gap = this.#lastGap;
    this.#o.status.report(PART, 'ok', gap ? `Events ${gap.fromSeq} to ${gap.throughSeq} were pruned before a broker had them.` : '');
  }
}
