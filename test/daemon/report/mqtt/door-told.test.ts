import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stateSchema, type EventPayload, type StatePayload } from '../../../../daemon/report/mqtt/payloads.ts';
import { AedesBroker } from '../../../support/aedes-broker.ts';
import { BrokerEar } from '../../../support/broker-ear.ts';
import { tokenText } from '../../../support/own-door.ts';
import { DoorAtBroker } from './door-at-broker.ts';

test('a door that has a broker tells that it is there, how it is and what happens; stopped, that it has gone', async () => {
  const broker = await AedesBroker.open();
  const ear = await BrokerEar.at(broker.url);
  const door = await DoorAtBroker.open();
  try {
    const app = await door.start({ brokers: [broker.url] });
    await door.connected();
    const state = await ear.hears<StatePayload>('/state');
    stateSchema.strict().parse(state);
    assert.is(state.state, 'locked');
    assert.is(state.lock, 'LOCKED');

    await app.door.lockDown('warden');
    const event = await ear.hears<EventPayload>('/events', ({ type }) => type === 'lockdown-started');
    assert.equal(event, app.events.query({ types: ['lockdown-started'] })[0]);
    await ear.hears<StatePayload>('/state', ({ mode }) => mode === 'lockdown');
    assert.is(ear.last('/availability'), 'online');
    assert.not.match(JSON.stringify(ear.json('/state')), 'warden', 'who ordered it is nobody\'s business');

    await app.stop('the test is over');
    assert.is(ear.last('/availability'), 'offline');
  } finally {
    await door.close();
    await ear.close();
    await broker.close();
  }
});

test('whoever begins to watch later hears of the last attempt, also when the daemon was started since', async () => {
  const broker = await AedesBroker.open();
  const door = await DoorAtBroker.open();
  try {
    const before = await door.start({ brokers: [broker.url] });
    await door.own.show(tokenText('resident'));
    const [attempt] = before.events.query({ types: ['access-granted', 'access-denied', 'access-unavailable'] });
    assert.ok(attempt);
    await before.stop('the test starts it again');
    await door.start({ brokers: [broker.url] });
    await door.connected();
    const ear = await BrokerEar.at(broker.url);
    const { lastAttempt } = await ear.hears<StatePayload>('/state');
    assert.is(lastAttempt?.id, (attempt as { attemptId?: string } | undefined)?.attemptId);
    await ear.close();
  } finally {
    await door.close();
    await broker.close();
  }
});

test('a broker that does not let the door listen for commands is named', async () => {
  const broker = await AedesBroker.open();
  broker.aedes.authorizeSubscribe = (_client, _subscription, allow) => allow(null, null);
  const door = await DoorAtBroker.open();
  await door.start({ brokers: [broker.url], commands: 'signed' });
  await door.says('mqtt-commands', /does not let this door listen for commands\. Check its access list/);
  await door.connected();
  await door.close();
  await broker.close();
});

test.run();
