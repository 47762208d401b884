import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { discoveryPayload, discoveryTopic, type Component, type DiscoveryPayload, type HomeAssistantDoor } from '../../../../daemon/report/mqtt/home-assistant.ts';
import { doorTopics } from '../../../../daemon/report/mqtt/topics.ts';
import { deviceClasses, deviceOptions, entityCategories, ID, originOptions, platforms, sharedOptions } from './home-assistant-schema.ts';

const doorUuid = 'hnfL0wFCTDaxXyLRvu6jWg';
const door: HomeAssistantDoor = { doorUuid, name: 'Front door', version: '1.0.0', topics: doorTopics('postern', doorUuid), hasContact: true, lastPicture: true, commands: true, restartButton: true };

/** What is wrong with a message by what Home Assistant documents. */
function faultsOf({ dev, o, cmps, ...shared }: DiscoveryPayload): string[] {
  return [
    ...Object.keys(dev).filter((key) => !deviceOptions.includes(key)).map((key) => `device: ${key}`),
    ...('ids' in dev ? [] : ['device: no identifiers']),
    ...Object.keys(o).filter((key) => !originOptions.includes(key)).map((key) => `origin: ${key}`),
    ...('name' in o ? [] : ['origin: no name']),
    ...Object.keys(shared).filter((key) => !sharedOptions.includes(key)).map((key) => `shared: ${key}`),
    ...Object.entries(cmps).flatMap(([id, component]) => faultsOfComponent(id, component)),
    ...(new Set(Object.values(cmps).map((component) => component.unique_id)).size === Object.keys(cmps).length ? [] : ['two have one unique_id']),
  ];
}

function faultsOfComponent(id: string, { p, ...options }: Component): string[] {
  const platform = platforms[p];
  if (!platform) return [`${id}: no platform ${p}`];
  const { device_class: deviceClass, entity_category: category, options: choices, state_class: stateClass } = options;
  return [
    ...(ID.test(id) ? [] : [`${id} is no id`]),
    ...[...platform.required, 'unique_id', 'name'].filter((key) => options[key] === undefined).map((key) => `${id}: without ${key}`),
    ...Object.keys(options).filter((key) => ![...platform.required, ...platform.optional].includes(key)).map((key) => `${id}: unknown ${key}`),
    ...(deviceClass === undefined || deviceClasses[p]?.includes(deviceClass as string) ? [] : [`${id}: class ${JSON.stringify(deviceClass)}`]),
    ...(category === undefined || entityCategories.includes(category as string) ? [] : [`${id}: category ${JSON.stringify(category)}`]),
    // Only a sensor of the class enum has options, and then no state class.
    ...(p === 'sensor' && (deviceClass === 'enum') !== (choices !== undefined) ? [`${id}: enum and options go together`] : []),
    ...(deviceClass === 'enum' && stateClass !== undefined ? [`${id}: an enum has no state class`] : []),
  ];
}

const doors: [string, Partial<HomeAssistantDoor>][] = [
  ['a door with everything', {}],
  ['a door that takes no commands', { commands: false, restartButton: false }],
  ['a door without contact and pictures', { hasContact: false, lastPicture: false }],
  ['a door whose name is markup', { name: '"><script>alert(1)</script>{{ 7 * 7 }}' }],
];

for (const [what, how] of doors) {
  test(`${what} is announced as Home Assistant documents it`, () => {
    assert.equal(faultsOf(discoveryPayload({ ...door, ...how })), []);
  });
}

test('the check itself finds a missing and an unknown option, and an unknown platform', () => {
  const payload = discoveryPayload(door);
  const { command_topic: _, ...lock } = payload.cmps.lock as Component;
  const spoilt = { ...payload, cmps: { ...payload.cmps, lock: { ...lock, p: 'lock', colour: 'red' }, gate: { p: 'gate' } } };
  assert.equal(faultsOf(spoilt), ['lock: without command_topic', 'lock: unknown colour', 'gate: no platform gate', ]);
});

test('all that was asked for is there: lock, contact, scans, picture, mode, health, restart', () => {
  const kinds = Object.fromEntries(Object.entries(discoveryPayload(door).cmps).map(([id, { p }]) => [id, p]));
  assert.equal(kinds, {
    contact: 'binary_sensor', alarm: 'binary_sensor', scan: 'event', picture: 'image', health: 'binary_sensor', clock: 'sensor', outbox: 'sensor', started: 'sensor',
    lock: 'lock', mode: 'select', restart: 'button',
  });
});

test('[S8] without leave to command nothing is announced that sends anything', () => {
  const { cmps } = discoveryPayload({ ...door, commands: false, restartButton: true });
  assert.equal(Object.values(cmps).filter((component) => 'command_topic' in component), []);
  assert.is(cmps.locked?.p, 'binary_sensor');
  assert.is(cmps.mode_told?.p, 'sensor');
});

test('[S8] commands are sent with their time and not to be kept', () => {
  const commanding = Object.values(discoveryPayload(door).cmps).filter((component) => 'command_topic' in component);
  assert.is(commanding.length, 3);
  for (const component of commanding) {
    assert.is(component.retain, false);
    assert.match(component.command_template as string, 'now().timestamp()');
  }
});

test('names stand in values only: topics and ids are of the config\'s prefix and the door\'s RUUID', () => {
  const payload = discoveryPayload({ ...door, name: 'a/+/#\u202e' });
  const { dev: { name, ...dev }, ...rest } = payload;
  assert.is(name, 'a/+/#\u202e');
  assert.not.match(JSON.stringify({ dev, rest }), 'a/+/#');
  assert.match(discoveryTopic('homeassistant', doorUuid), /^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/);
});

test.run();
