import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../config/load.ts';
import { Backend } from '../../daemon/backend/backend.ts';
import { systemClock } from '../../daemon/base/clock.ts';
import { PosternError } from '../../daemon/base/errors.ts';
import { RhombusDoorIo } from '../../drivers/door-io/rhombus.ts';
import { eventually } from '../support/eventually.ts';
import { OwnDoor, tokenText } from '../support/own-door.ts';
import { StandInController, UNLOCK, answer } from '../support/stand-in-controller.ts';

const ours = loadConfig(fileURLToPath(new URL('../../../fixtures/configs/door.yaml', import.meta.url)));
const DOOR = ours.door.uuid;

/** A daemon whose lock belongs to a controller. The daemon's time is virtual, the controller's network is not. */
async function atControllersDoor(run: (o: { door: OwnDoor; controller: StandInController; io: () => RhombusDoorIo }) => Promise<void>): Promise<void> {
  const door = await OwnDoor.open();
  const controller = await StandInController.open(DOOR);
  const io = (): RhombusDoorIo => new RhombusDoorIo({ clock: systemClock, url: controller.url(), apiKey: 'key', doorUuid: DOOR, answerMs: 1_000 });
  try {
    await run({ door, controller, io });
  } finally {
    await door.close();
    await controller.close();
  }
}

const typesOf = (door: OwnDoor): string[] => door.events().map(({ type }) => type);

test('a valid code has the controller unlock, once', () => atControllersDoor(async ({ door, controller, io }) => {
  const app = await door.start({ withBackend: true, doorIo: io() });
  await door.show(tokenText('resident'));
  assert.is(controller.unlocks.length, 1);
  assert.ok(typesOf(door).includes('door-released'));
  assert.match(app.status.get('controller')?.reason ?? '', /relocks by its own time/);
  assert.match(app.status.get('door')?.reason ?? '', /No door contact/);
}));

test('[S3] a controller that does not unlock: the visitor\'s attempt ends as a door fault, and so do the next until it is well', () => atControllersDoor(async ({ door, controller, io }) => {
  const app = await door.start({ withBackend: true, doorIo: io() });
  controller.moods.set(UNLOCK, (response) => answer(response, { type: 'ERROR', errorType: 'DOOR_OFFLINE' }));
  await door.show(tokenText('resident'));
  const types = typesOf(door);
  assert.ok(types.includes('relay-failed'));
  const ends = door.events().filter((event) => event.type === 'access-unavailable');
  assert.is(ends.length, 1, types.join(' '));
  controller.moods.clear();
  await eventually('it is well', () => app.status.get('door')?.state === 'ok' || undefined, 10_000);
}));

test('in lockdown nothing is asked of the controller, and no watchdog misses a guard', () => atControllersDoor(async ({ door, controller, io }) => {
  const app = await door.start({ withBackend: true, doorIo: io() });
  await app.door.lockDown('ada');
  await door.show(tokenText('resident'));
  assert.equal(await app.door.release('ada'), 'lockdown');
  assert.is(controller.unlocks.length, 0);
  for (const sign of app.vitals.signs) await sign.ask();
}));

test('passage is refused with why, and one that was stored under another driver is not taken up', () => atControllersDoor(async ({ door, controller, io }) => {
  const before = await door.start();
  assert.is(await before.door.startPassage(door.clock.wallMs() + 3_600_000, 'ada'), 'released');
  await before.stop('another driver');
  const app = await door.start({ doorIo: io() });
  assert.is(app.door.view.passage, undefined);
  const thrown = await app.door.startPassage(door.clock.wallMs() + 3_600_000, 'ada').then(() => undefined, (error: unknown) => error);
  assert.ok(thrown instanceof PosternError && thrown.code === 'cannot-hold' && /relocks by its own time/.test(thrown.message));
  assert.is(controller.unlocks.length, 0);
}));

test('it unlocks a door of our own backend by the same call', async () => {
  const door = await OwnDoor.open({ clock: systemClock, guard: 'process' });
  const backend = await Backend.open({ dir: join(door.dir, 'backend'), clock: systemClock });
  backend.addDoor({ uuid: DOOR, name: 'Front door' });
  const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
  const app = await door.start({
    config: { door: { ...ours.door, unlockMs: 1_000 }, access: { ...ours.access, remoteUnlock: 'on' }, backend: { url, apiKeyFile: '', uploadEvents: false, uploadPictures: 'off' } },
    secrets: { roots: backend.rootPublicKeys(), apiKey: backend.createApiKey('door'), zoneMaster: undefined },
  });
  await eventually('it waits for orders', () => app.status.get('orders')?.state === 'ok' || undefined);
  const io = new RhombusDoorIo({ clock: systemClock, url, apiKey: backend.createApiKey('admin', 'ada'), doorUuid: DOOR });
  const told: (string | undefined)[] = [];
  await io.start({ contact() {}, rex() {}, fire() {}, relayFault: (detail) => told.push(detail) });
  await io.energise(1_000);
  assert.is(door.relay, '1');
  assert.equal(told, []);
  await app.door.lockDown('ada');
  assert.match(await io.energise(1_000).then(() => '', (thrown: unknown) => String(thrown)), /did not unlock: it says LOCKDOWN \(The door is in lockdown/);

  const stranger = new RhombusDoorIo({ clock: systemClock, url, apiKey: 'wrong', doorUuid: DOOR });
  assert.match(await stranger.energise(1_000).then(() => '', (thrown: unknown) => String(thrown)), /refuses the API key/);
  const lost = new RhombusDoorIo({ clock: systemClock, url, apiKey: backend.createApiKey('admin', 'bob'), doorUuid: 'AAECAwQFBgcICQoLDA0ODw' });
  assert.match(await lost.energise(1_000).then(() => '', (thrown: unknown) => String(thrown)), /does not know this door/);
  for (const each of [io, stranger, lost]) await each.stop();
  await door.close();
  await backend.close();
});

test.run();
