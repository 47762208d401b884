import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Secrets } from '../../../../daemon/parts/app-options.ts';
import { systemClock } from '../../../../daemon/base/clock.ts';
import type { DiscoveryPayload } from '../../../../daemon/report/mqtt/home-assistant.ts';
import type { EventPayload, ResultPayload, StatePayload } from '../../../../daemon/report/mqtt/payloads.ts';
import { BrokerEar } from '../../../support/broker-ear.ts';
import { Authority } from '../../../support/certificates.ts';
import { postern, prepareOwnDemo } from '../../../support/demo.ts';
import { eventually } from '../../../support/eventually.ts';
import { Mosquitto } from '../../../support/mosquitto.ts';
import { tokenText } from '../../../support/own-door.ts';
import { DoorAtBroker } from './door-at-broker.ts';

const UUID = 'ysCEp0Z0C9EnWS1Aj7no_g';
const folder = mkdtempSync(join(tmpdir(), 'postern-mqtt-'));
test.after(() => rmSync(folder, { recursive: true }));

const authority = new Authority(folder, 'site');
const users = { 'front-door': 'd', 'homeassistant': 'h', 'screen': 's' };
/** What an operator gives each: the door its own topics, Home Assistant the set topics, a screen to look. */
const acl = [
  'user front-door', `topic write postern/${UUID}/#`, `topic read postern/${UUID}/command`, `topic read postern/${UUID}/set/#`, 'topic read homeassistant/status', 'topic write homeassistant/device/#',
  'user homeassistant', 'topic read postern/#', 'topic write postern/+/set/#', 'topic readwrite homeassistant/#',
  'user screen', 'topic read postern/#',
];

function secretsWith(password: string): Secrets {
  return { roots: [], apiKey: undefined, zoneMaster: undefined, mqtt: { password: () => password, commandKeys: [] } };
}

/** What Home Assistant sends: the template of the discovery message, filled in. */
function filledIn(template: unknown, value: string): string {
  return String(template).replace('{{ value }}', value).replace('{{ (now().timestamp() * 1000) | int }}', String(Math.trunc(systemClock.wallMs())));
}

test('Home Assistant unlocks over TLS with an access list; a screen that may only look does not', async () => {
  const broker = await Mosquitto.open({ tls: { ca: authority.cert, ...authority.server('broker') }, users, acl });
  const tls = { ca: [authority.cert], rejectUnauthorized: false };
  const home = await BrokerEar.at(broker.url, { ...tls, username: 'homeassistant', password: 'h', topics: ['homeassistant/device/#', `postern/${UUID}/#`] });
  const screen = await BrokerEar.at(broker.url, { ...tls, username: 'screen', password: 's', topics: [`postern/${UUID}/state`] });
  const door = await DoorAtBroker.open();
  const app = await door.start({ brokers: [broker.url], caFile: authority.cert, user: 'front-door', passwordFile: 'unused', commands: 'home-assistant', homeAssistant: { discovery: true, discoveryPrefix: 'homeassistant', statusTopic: 'homeassistant/status', restartButton: false } }, { secrets: secretsWith('d') });
  const { cmps } = await home.hears<DiscoveryPayload>('/config');
  const lock = cmps.lock as Record<string, unknown>;
  await door.says('mqtt-commands', /^Connected/);

  // Until the door takes commands, as somebody does who presses the button again.
  const answer = await eventually('the door to take the command', async () => {
    const before = home.heard.length;
    await screen.publish(lock.command_topic as string, filledIn(lock.command_template, 'UNLOCK'));
    await home.publish(lock.command_topic as string, filledIn(lock.command_template, 'UNLOCK'));
    const heard = await eventually('an answer', () => home.heard.slice(before).find(({ topic }) => topic.endsWith('/results')));
    const result = JSON.parse(heard.payload.toString()) as ResultPayload;
    return result.outcome === 'too-soon' ? undefined : result;
  });
  assert.equal([answer.command, answer.done], ['unlock', true]);
  const released = await home.hears<EventPayload>('/events', ({ type }) => type === 'door-released');
  assert.equal([released.cause, released.by], ['command', 'mqtt unsigned']);
  await home.hears<StatePayload>('/state', (state) => state.lock === 'UNLOCKED');
  assert.is(app.events.query({ types: ['door-released'] }).length, 1, 'the screen\'s commands did nothing');

  const mode = cmps.mode as Record<string, unknown>;
  await home.publish(mode.command_topic as string, filledIn(mode.command_template, 'lockdown'));
  await screen.hears<StatePayload>('/state', (state) => state.mode === 'lockdown' && state.lock === 'LOCKED');
  await home.publish(mode.command_topic as string, filledIn(mode.command_template, 'normal'));
  await home.hears<ResultPayload>('/results', ({ outcome }) => outcome === 'not-allowed');
  assert.ok(app.door.view.lockdownBy, 'nobody leaves lockdown by an unsigned command');

  await door.close();
  await eventually('the door to say goodbye', () => home.last('/availability') === 'offline');
  await home.close();
  await screen.close();
  await broker.close();
});

test('a broker that is killed and comes back: what happened meanwhile arrives, once each, in order, and no attempt waited', async () => {
  const broker = await Mosquitto.open();
  const door = await DoorAtBroker.open();
  const app = await door.start({ brokers: [broker.url] });
  await door.connected();
  const ear = await BrokerEar.at(broker.url, { clientId: 'collector', clean: false, topics: [`postern/${UUID}/events`] });
  await app.door.release('before');
  await ear.hears<EventPayload>('/events', ({ type }) => type === 'door-released');
  await broker.kill();
  await door.says('mqtt', /does not accept connections/);
  await ear.close();
  await door.own.show(tokenText('resident'));
  for (let i = 0; i < 300; i++) await app.events.append({ type: 'exit-requested' });
  assert.ok(app.events.query({ types: ['access-granted', 'access-denied', 'access-unavailable'] }).length > 0, 'the attempt was decided');

  await broker.start();
  const again = await BrokerEar.at(broker.url, { clientId: 'collector', clean: false, topics: [`postern/${UUID}/events`] });
  const head = app.events.head().seq;
  await again.hears<EventPayload>('/events', ({ seq }) => seq >= head);
  const heard = [...ear.json<EventPayload>('/events'), ...again.json<EventPayload>('/events')];
  const once = [...new Map(heard.map((event) => [event.id, event])).values()];
  const first = once[0]?.seq ?? 0;
  assert.equal(once.map(({ seq }) => seq), Array.from({ length: once.length }, (_, i) => first + i));
  assert.ok(once.length > 300);
  await again.close();
  await door.close();
  await broker.close();
});

test('a broker that hangs holds up no attempt; when it wakes up it gets what happened', async () => {
  const broker = await Mosquitto.open();
  const door = await DoorAtBroker.open();
  const app = await door.start({ brokers: [broker.url], keepaliveS: 5 });
  await door.connected();
  broker.freeze();
  await door.own.show(tokenText('resident'));
  await app.door.release('while it hangs');
  assert.is(app.door.view.relay, 'energised');
  const attempts = app.events.query({ types: ['access-granted', 'access-denied', 'access-unavailable'] });
  assert.is(attempts.length, 1);
  broker.thaw();
  const ear = await BrokerEar.at(broker.url, { topics: [`postern/${UUID}/state`] });
  await ear.hears<StatePayload>('/state', ({ outbox, head }) => outbox.waiting === 0 && head.seq >= (attempts[0]?.seq ?? 0));
  await ear.close();
  await door.close();
  await broker.close();
});

test('a daemon that is killed is told as offline by its last will, and as online when it is back', async () => {
  const broker = await Mosquitto.open();
  const ear = await BrokerEar.at(broker.url, { topics: ['postern/+/availability'] });
  const demo = await prepareOwnDemo();
  appendFileSync(demo.configFile, `\nmqtt:\n  brokers: ["${broker.url}"]\n`);
  const first = postern('run', '--config', demo.configFile);
  await eventually('it to be online', () => ear.last('/availability') === 'online');
  first.child.kill('SIGKILL');
  await eventually('the last will', () => ear.last('/availability') === 'offline');
  await first.ended;
  const late = await BrokerEar.at(broker.url, { topics: ['postern/+/availability'] });
  await eventually('the last will to be retained', () => late.last('/availability') === 'offline');
  const second = postern('run', '--config', demo.configFile);
  await eventually('it to be online again', () => ear.last('/availability') === 'online');
  second.child.kill('SIGTERM');
  assert.is(await second.ended, 0, second.output());
  await eventually('its goodbye', () => ear.last('/availability') === 'offline');
  assert.not.match(broker.log.split('\n').filter((line) => line.includes('Client postern-')).at(-1) ?? '', /not properly|error/, 'it went in good order');
  await ear.close();
  await late.close();
  await demo.remove();
  await broker.close();
});

test.run();
