import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '../daemon/base/clock.ts';
import type { EventDraft } from '../daemon/base/events.ts';
import { systemRandom } from '../daemon/base/ids.ts';
import { silentLogger } from '../daemon/base/logger.ts';
import { StatusBoard } from '../daemon/base/status.ts';
import { EventLog } from '../daemon/record/event-log.ts';
import { connectBroker } from '../daemon/report/mqtt/broker-connection.ts';
import { EventPublisher } from '../daemon/report/mqtt/event-publisher.ts';
import { doorTopics } from '../daemon/report/mqtt/topics.ts';
import { Mosquitto } from '../test/support/mosquitto.ts';
import type { BenchRow } from './bench-rows.ts';

const EVENTS = 20_000;
const DOOR = 'hnfL0wFCTDaxXyLRvu6jWg';

/** How fast what waited while there was no broker goes to a real Mosquitto, at QoS 1, and what it takes of the door's CPU. */
export async function benchMqttOutbox(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-mqtt-'));
  const events = await EventLog.open({ dir, doorUuid: DOOR, clock: systemClock, clockTrust: () => 'verified', random: systemRandom });
  const draft = (): EventDraft => ({ type: 'access-denied', attemptId: events.newId(), tokenId: '_57FZpiWOeDu5wJ4z4J3EQ', source: 'local', reason: 'expired' });
  for (let i = 0; i < EVENTS; i += 200) await events.append(Array.from({ length: 200 }, draft));

  const rows: BenchRow[] = [];
  for (const version of ['3.1.1', '5'] as const) {
    const broker = await Mosquitto.open();
    rows.push(...await drainedTo(broker, version, events));
    await broker.close();
  }
  await events.close();
  rmSync(dir, { recursive: true });
  return rows;
}

async function drainedTo(broker: Mosquitto, version: '3.1.1' | '5', events: EventLog): Promise<BenchRow[]> {
  // A place in another log: all there is is published.
  await events.state.set('mqtt-cursor', { seq: 1, hash: '' });
  const publisher = new EventPublisher({ events, state: events.state, doorUuid: DOOR, topics: doorTopics('postern', DOOR), clock: systemClock, status: new StatusBoard(systemClock), log: silentLogger });
  publisher.start();
  const connection = await connectBroker({ url: broker.url, clientId: 'bench', login: { tls: {} }, version, keepaliveS: 15, connectTimeoutMs: 10_000, maxPacketBytes: 16_384 }, new AbortController().signal);
  const cpuBefore = process.cpuUsage();
  const beganMs = systemClock.monotonicMs();
  publisher.begin(connection);
  while (publisher.outbox.waiting > 0) await sleep(systemClock, 20);
  const tookMs = systemClock.monotonicMs() - beganMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  publisher.end();
  await connection.close();
  await publisher.stop();
  return [
    { name: `outbox to Mosquitto, ${version}, ${EVENTS} events`, value: EVENTS / (tookMs / 1_000), unit: 'events/s', atLeast: 500 },
    { name: `the door's CPU for each, ${version}`, value: (user + system) / EVENTS, unit: 'µs', goal: 1_000 },
  ];
}
