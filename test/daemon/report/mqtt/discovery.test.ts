import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { connectBroker, type BrokerConnection } from '../../../../daemon/report/mqtt/broker-connection.ts';
import { Discovery, type DiscoveryOptions } from '../../../../daemon/report/mqtt/discovery.ts';
import type { DiscoveryPayload, HomeAssistantDoor } from '../../../../daemon/report/mqtt/home-assistant.ts';
import { doorTopics } from '../../../../daemon/report/mqtt/topics.ts';
import { AedesBroker } from '../../../support/aedes-broker.ts';
import { BrokerEar } from '../../../support/broker-ear.ts';
import { eventually } from '../../../support/eventually.ts';
import { MemoryState } from '../../../support/memory-state.ts';

const doorUuid = 'hnfL0wFCTDaxXyLRvu6jWg';
const door: HomeAssistantDoor = { doorUuid, name: 'Front door', version: '1.0.0', topics: doorTopics('postern', doorUuid), hasContact: true, lastPicture: true, commands: true, restartButton: false };
const TOPIC = `homeassistant/device/postern_${doorUuid}/config`;

const broker = await AedesBroker.open();
test.after(() => broker.close());

/** A run of the daemon as far as discovery goes. */
async function announced(state: MemoryState, options: Partial<DiscoveryOptions>): Promise<{ connection: BrokerConnection; clock: VirtualClock; discovery: Discovery; births: () => number }> {
  const clock = new VirtualClock();
  let births = 0;
  const discovery = new Discovery({ door: () => door, doorUuid, prefix: 'homeassistant', statusTopic: 'homeassistant/status', state, clock, log: silentLogger, jitter: () => 0.5, onBirth: () => births++, ...options });
  const connection = await connectBroker({ url: broker.url, clientId: `discovery-${Math.random()}`, login: { tls: {} }, version: '3.1.1', keepaliveS: 15, connectTimeoutMs: 5_000, maxPacketBytes: 16_384 }, new AbortController().signal);
  connection.onMessage((arrived) => discovery.arrived(arrived));
  if (discovery.listensTo.length > 0) await connection.subscribe(discovery.listensTo);
  discovery.begin(connection);
  await discovery.idle();
  return { connection, clock, discovery, births: () => births };
}

async function told(): Promise<string | undefined> {
  const ear = await BrokerEar.at(broker.url, { topics: ['homeassistant/device/+/config', 'other/device/+/config', 'end'] });
  // What is retained comes before what is published now.
  await ear.publish('end', '{}');
  await ear.hears('end');
  const text = ear.last('/config');
  await ear.close();
  return text;
}

test('the device is announced retained, and again within 5 s of Home Assistant\'s birth message', async () => {
  const { connection, clock, births } = await announced(new MemoryState(), {});
  assert.equal(Object.keys((JSON.parse(await told() ?? '') as DiscoveryPayload).cmps).includes('lock'), true);
  const ear = await BrokerEar.at(broker.url, { topics: ['homeassistant/device/+/config'] });
  await ear.hears('/config');
  await ear.publish('homeassistant/status', 'offline');
  await ear.publish('homeassistant/status', 'online');
  await eventually('the announcement to be repeated', () => {
    clock.advance(2_500);
    return births() === 1 && ear.json('/config').length === 2;
  });
  await ear.close();
  connection.drop('the test');
});

test('turned off, the door takes itself away once, and is announced anew when it is turned on again', async () => {
  const state = new MemoryState();
  (await announced(state, {})).connection.drop('the test');
  assert.ok(await told());
  (await announced(state, { door: undefined })).connection.drop('the test');
  assert.is(await told(), undefined, 'nothing is retained any more');
  const ear = await BrokerEar.at(broker.url, { topics: [TOPIC] });
  (await announced(state, { door: undefined })).connection.drop('the test');
  assert.is(ear.heard.length, 0, 'there is nothing to take away a second time');
  (await announced(state, {})).connection.drop('the test');
  assert.ok(await told());
  await ear.close();
});

test('an entity that is no more is taken away by its platform alone, once; under another prefix the old device goes', async () => {
  const state = new MemoryState();
  (await announced(state, {})).connection.drop('the test');
  const without = { door: () => ({ ...door, commands: false }) };
  (await announced(state, without)).connection.drop('the test');
  const { cmps } = JSON.parse(await told() ?? '') as DiscoveryPayload;
  assert.equal([cmps.lock, cmps.mode], [{ p: 'lock' }, { p: 'select' }]);
  (await announced(state, without)).connection.drop('the test');
  assert.not.ok('lock' in (JSON.parse(await told() ?? '') as DiscoveryPayload).cmps);
  (await announced(state, { prefix: 'other' })).connection.drop('the test');
  const ear = await BrokerEar.at(broker.url, { topics: ['+/device/+/config'] });
  await ear.hears('/config');
  assert.equal(ear.heard.map(({ topic }) => topic), [`other/device/postern_${doorUuid}/config`]);
  await ear.close();
});

test.run();
