import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock, VirtualClock } from '../../../../daemon/base/clock.ts';
import type { EventDraft, StoredEvent } from '../../../../daemon/base/events.ts';
import { systemRandom } from '../../../../daemon/base/ids.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../../daemon/base/status.ts';
import { EventLog } from '../../../../daemon/record/event-log.ts';
import { connectBroker, type BrokerConnection } from '../../../../daemon/report/mqtt/broker-connection.ts';
import { BrokerLink } from '../../../../daemon/report/mqtt/broker-link.ts';
import { EventPublisher } from '../../../../daemon/report/mqtt/event-publisher.ts';
import type { EventPayload, GapPayload } from '../../../../daemon/report/mqtt/payloads.ts';
import { AedesBroker } from '../../../support/aedes-broker.ts';
import { BrokerEar } from '../../../support/broker-ear.ts';
import { eventually } from '../../../support/eventually.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const DOOR = 'hnfL0wFCTDaxXyLRvu6jWg';
const TOPICS = { events: `postern/${DOOR}/events`, gap: `postern/${DOOR}/gap` };

const broker = await AedesBroker.open();
test.after(() => broker.close());

/** A log and what publishes it, without the rest of a door. */
class Outbox {
  readonly clock = new VirtualClock();
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-outbox-'));
  readonly status = new StatusBoard(this.clock);
  #events: EventLog | undefined;
  #publisher: EventPublisher | undefined;
  #connection: BrokerConnection | undefined;

  static async open(): Promise<Outbox> {
    const outbox = new Outbox();
    await outbox.start();
    return outbox;
  }

  get events(): EventLog {
    return this.#events as EventLog;
  }

  get publisher(): EventPublisher {
    return this.#publisher as EventPublisher;
  }

  async start(doorUuid = DOOR): Promise<void> {
    this.#events = await EventLog.open({ dir: this.dir, doorUuid, clock: this.clock, clockTrust: () => 'verified', random: systemRandom });
    this.#publisher = new EventPublisher({ events: this.events, state: this.events.state, doorUuid, topics: TOPICS, clock: this.clock, status: this.status, log: silentLogger });
    this.publisher.start();
  }

  append(count: number): Promise<StoredEvent[]> {
    return this.events.append(Array.from({ length: count }, (): EventDraft => ({ type: 'exit-requested' })));
  }

  /** A connection to the publisher, as the link makes it. */
  async connect(url = broker.url): Promise<BrokerConnection> {
    const connection = await connectBroker({ url, clientId: `outbox-${Math.random()}`, login: { tls: {} }, version: '3.1.1', keepaliveS: 15, connectTimeoutMs: 5_000, maxPacketBytes: 16_384 }, new AbortController().signal);
    this.#connection = connection;
    void connection.ended.then(() => this.publisher.end());
    this.publisher.begin(connection);
    return connection;
  }

  drained(): Promise<boolean> {
    return eventually('the outbox to be empty', () => this.publisher.outbox.waiting === 0);
  }

  /** As after a power cut: without writing down how far it came. */
  async cut(): Promise<void> {
    await this.events.close();
  }

  async close(): Promise<void> {
    this.#connection?.drop('the test is over');
    await this.publisher.stop();
    await this.events.close();
    rmSync(this.dir, { recursive: true });
  }
}

function seqsOf(ear: BrokerEar): number[] {
  return ear.json<EventPayload>('/events').map(({ seq }) => seq);
}

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('what is stored while there is no broker is published in order when there is one, each with its ULID', async () => {
  const outbox = await Outbox.open();
  const ear = await BrokerEar.at(broker.url, { topics: [TOPICS.events] });
  const stored = [...await outbox.append(150), ...await outbox.append(180)];
  assert.is(outbox.publisher.outbox.waiting, 330);
  await outbox.connect();
  await outbox.drained();
  await eventually('all to be heard', () => ear.heard.length >= 330);
  assert.equal(ear.json('/events'), stored);
  assert.is(new Set(ear.json<EventPayload>('/events').map(({ id }) => id)).size, 330);
  assert.is(outbox.status.get('outbox')?.state, 'ok');
  await ear.close();
  await outbox.close();
});

test('a door that gets its first broker does not publish its years of events, but what happens from then on', async () => {
  const outbox = await Outbox.open();
  await outbox.append(40);
  await outbox.publisher.stop();
  // As in the log of a door that never had one.
  await outbox.events.state.set('mqtt-cursor', null);
  await outbox.cut();
  await outbox.start();
  assert.is(outbox.publisher.outbox.waiting, 0);
  await outbox.append(2);
  assert.is(outbox.publisher.outbox.waiting, 2);
  await outbox.close();
});

test('after a power cut some are published again, none is missing, and all are in order', async () => {
  const outbox = await Outbox.open();
  const ear = await BrokerEar.at(broker.url, { topics: [TOPICS.events] });
  await outbox.append(120);
  const connection = await outbox.connect();
  await outbox.drained();
  connection.drop('the test');
  await connection.ended;
  await outbox.cut();
  await outbox.start();
  await outbox.append(5);
  await outbox.connect();
  await outbox.drained();
  await eventually('the last to be heard', () => seqsOf(ear).at(-1) === 125);
  assert.equal([...new Set(seqsOf(ear))].toSorted((a, b) => a - b), upTo(1, 125));
  const firstSeen = [...new Map(seqsOf(ear).map((seq) => [seq, seq])).keys()];
  assert.equal(firstSeen, upTo(1, 125), 'whoever knows an event by its ULID sees them in order');
  await ear.close();
  await outbox.close();
});

test('a broker that takes events and acknowledges none has 100 at most, and is let go after 30 s; the next gets all', async () => {
  const proxy = await TcpProxy.open(Number(new URL(broker.url).port));
  const outbox = await Outbox.open();
  const ear = await BrokerEar.at(broker.url, { topics: [TOPICS.events] });
  const connection = await outbox.connect(proxy.url);
  proxy.holdAnswers();
  await outbox.append(1_000);
  await eventually('the window to fill', () => ear.heard.length >= 100);
  outbox.clock.advance(29_000);
  assert.ok(connection.isUp);
  assert.is(outbox.publisher.outbox.waiting, 1_000, 'nothing was acknowledged');
  assert.is(ear.heard.length, 100);
  outbox.clock.advance(1_000);
  assert.match((await connection.ended).text, 'acknowledges none');
  await outbox.connect();
  await outbox.drained();
  await eventually('all to be heard', () => new Set(seqsOf(ear)).size === 1_000);
  await proxy.close();
  await ear.close();
  await outbox.close();
});

test('events that were pruned before a broker had them are told as a gap, in their place and to whoever comes later', async () => {
  const outbox = await Outbox.open();
  const ear = await BrokerEar.at(broker.url, { topics: [TOPICS.events, TOPICS.gap] });
  await outbox.append(10);
  const connection = await outbox.connect();
  await outbox.drained();
  connection.drop('the test');
  await connection.ended;
  await outbox.append(30);
  outbox.clock.advance(3_600_000);
  await outbox.events.append({ type: 'exit-requested' });
  assert.is(await outbox.events.prune({ maxAgeMs: 60_000 }), 40);
  await outbox.connect();
  await outbox.drained();
  await eventually('the last to be heard', () => seqsOf(ear).at(-1) === 42);
  assert.equal(seqsOf(ear), [...upTo(1, 10), 41, 42]);
  const [gap] = ear.json<GapPayload>('/gap');
  assert.is(gap?.fromSeq, 11);
  assert.is(gap?.throughSeq, 40);
  assert.equal(outbox.publisher.outbox.gap, { fromSeq: 11, throughSeq: 40 });
  assert.match(outbox.status.get('outbox')?.reason ?? '', /^Events 11 to 40 were pruned/);
  const order = ear.heard.map(({ topic }) => topic).slice(9, 12);
  assert.equal(order, [TOPICS.events, TOPICS.gap, TOPICS.events]);
  const late = await BrokerEar.at(broker.url, { topics: [TOPICS.gap] });
  assert.is((await late.hears<GapPayload>('/gap')).throughSeq, 40);
  await late.close();
  await ear.close();
  await outbox.close();
});

test('of another log all is published; another door\'s events never are', async () => {
  const outbox = await Outbox.open();
  await outbox.append(8);
  const connection = await outbox.connect();
  await outbox.drained();
  connection.drop('the test');
  await connection.ended;
  await outbox.events.state.set('mqtt-cursor', { seq: 5, hash: 'f'.repeat(64) });
  await outbox.cut();
  const ear = await BrokerEar.at(broker.url, { topics: [TOPICS.events] });
  await outbox.start('kWz_vHiMTcixVJShXm_VoA');
  await outbox.append(2);
  await outbox.connect();
  await outbox.drained();
  await eventually('the last to be heard', () => seqsOf(ear).at(-1) === 10);
  assert.equal(seqsOf(ear), [9, 10]);
  await ear.close();
  await outbox.close();
});

test('24 hours without a broker at a scan every 10 s: every event arrives afterwards, in order, and none of them waits in memory', async () => {
  const away = await AedesBroker.open();
  await away.goAway();
  const outbox = await Outbox.open();
  const link = new BrokerLink({
    brokers: [away.url], clientId: 'away', login: () => ({ tls: {} }), version: '3.1.1', keepaliveS: 15, connectTimeoutMs: 5_000, maxPacketBytes: 16_384,
    clock: outbox.clock, report: (state, reason) => outbox.status.report('mqtt', state, reason),
    onUp: (connection) => outbox.publisher.begin(connection), onDown: () => outbox.publisher.end(),
  });
  link.start();
  const attempts = 8_640;
  const startMs = systemClock.monotonicMs();
  const heapMb = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed / 1_048_576;
  };
  let early = 0;
  for (let i = 0; i < attempts; i++) {
    const attemptId = outbox.events.newId();
    await outbox.events.append({ type: 'access-denied', attemptId, tokenId: `token-${i}`, source: 'local', reason: 'expired' }, undefined, attemptId);
    outbox.clock.advance(10_000);
    if (i === 500) early = heapMb();
  }
  const grown = heapMb() - early;
  assert.is(outbox.clock.monotonicMs(), 86_400_000);
  assert.ok(grown < 4, `memory grew by ${grown.toFixed(1)} MB while there was no broker`);
  assert.match(outbox.status.get('mqtt')?.reason ?? '', 'does not accept connections');

  // In the broker itself: the door may be back before anybody else is.
  const heard: StoredEvent[] = [];
  away.aedes.on('publish', ({ topic, payload }) => topic === TOPICS.events && heard.push(JSON.parse(payload.toString()) as StoredEvent));
  await away.listen();
  await eventually('the link to find the broker', () => {
    outbox.clock.advance(1_000);
    return outbox.status.get('mqtt')?.state === 'ok';
  });
  await outbox.drained();
  assert.equal(heard.map(({ seq }) => seq), upTo(1, attempts));
  assert.equal(heard.map((event) => 'tokenId' in event && event.tokenId), Array.from({ length: attempts }, (_, i) => `token-${i}`));
  process.stdout.write(`     24 hours in ${((systemClock.monotonicMs() - startMs) / 1_000).toFixed(1)} s, memory grew by ${grown.toFixed(1)} MB\n`);
  await link.stop();
  await outbox.close();
  await away.close();
});

test.run();
