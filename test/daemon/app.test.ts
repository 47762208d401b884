import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock, type VirtualClock } from '../../daemon/base/clock.ts';
import { PosternError } from '../../daemon/base/errors.ts';
import { EventLog } from '../../daemon/record/event-log.ts';
import { logFiles } from '../../daemon/record/log-files.ts';
import { verifyLog } from '../../daemon/record/verify-log.ts';
import { eventually } from '../support/eventually.ts';
import { OwnDoor, pageAt, tokenText } from '../support/own-door.ts';
import { flatPicture } from '../support/qr-picture.ts';
import { IssuerServer } from './access/issuer-server.ts';
import { openLog } from './record/opened-log.ts';

type Opening = Parameters<typeof OwnDoor.open>[0];

function atOwnDoor(body: (door: OwnDoor) => Promise<void>, opening?: Opening): () => Promise<void> {
  return async () => {
    const door = await OwnDoor.open(opening);
    try {
      await body(door);
    } finally {
      await door.close();
    }
  };
}

const withGuardProcess: Opening = { clock: systemClock, guard: 'process' };

/** The error in which the start ends. */
async function refusal(starting: Promise<unknown>): Promise<PosternError> {
  const thrown = await starting.then(() => undefined, (error: unknown) => error);
  assert.instance(thrown, PosternError, `it was to be refused, but: ${String(thrown)}`);
  return thrown as PosternError;
}

test('started: the relay is at rest before anything else moves, and the camera comes last', atOwnDoor(async (door) => {
  const order: string[] = [];
  door.camera.onStart = () => order.push(`camera, relay ${door.relay}, ${door.events().map(({ type }) => type).join()}`);
  await door.start();
  assert.equal(order, ['camera, relay 0, daemon-started']);
}));

test('a visit: a valid code releases the door, which locks again; what happened is in the log, in order', atOwnDoor(async (door) => {
  const app = await door.start({ withBackend: true });
  await door.show(tokenText('resident'));
  assert.is(door.relay, '1');
  assert.is(app.door.view.state, 'released');
  await (door.clock as VirtualClock).advanceTo(5_000, () => app.idle());
  assert.is(door.relay, '0');
  const visit = door.events().filter(({ type }) => /^(access|door)-/.test(type));
  assert.equal(visit.map(({ type }) => type), ['access-asked', 'access-granted', 'door-released', 'door-relocked']);
}));

test('[S1] stopped during a release: the relay is at rest first, and "stopped" is the last event', atOwnDoor(async (door) => {
  const app = await door.start({ withBackend: true });
  await door.show(tokenText('resident'));
  assert.is(door.relay, '1');
  const relayAtCameraStop: string[] = [];
  door.camera.onStop = () => void relayAtCameraStop.push(door.relay);
  await app.stop('a test');
  assert.equal(relayAtCameraStop, ['0']);
  const events = door.events();
  const last = events.at(-1);
  assert.equal(last?.type === 'daemon-stopped' && last.reason, 'a test');
  assert.ok(events.some((event) => event.type === 'door-relocked' && event.why === 'stopped'));
  assert.ok(events.some(({ type }) => type === 'evidence-stored'), 'the pictures under way are kept');
  assert.ok(verifyLog(logFiles(door.stateDir).db, { evidenceDir: join(door.stateDir, 'evidence') }).ok);
}));

test('[S1] a part that hangs while it stops: the relay is at rest all the same', atOwnDoor(async (door) => {
  const app = await door.start({ withBackend: true });
  await door.show(tokenText('resident'));
  let unhang = (): void => undefined;
  const hangs = new Promise<void>((resolve) => (unhang = resolve));
  const reached = new Promise<void>((resolve) => {
    door.camera.onStop = () => {
      resolve();
      return hangs;
    };
  });
  const stopping = app.stop('a test');
  await reached;
  assert.is(door.relay, '0');
  unhang();
  await stopping;
}));

test('[S1] a door driver that fails to stop: everything else is stopped, and the failure is told', atOwnDoor(async (door) => {
  const app = await door.start();
  const stopIo = door.doorIo.stop.bind(door.doorIo);
  door.doorIo.stop = async () => {
    await stopIo();
    throw new PosternError('relay', 'The pin is gone.');
  };
  const error = await refusal(app.stop('a test'));
  door.app = undefined;
  assert.is(error.message, 'The pin is gone.');
  assert.not(door.camera.started);
  assert.is(door.events().at(-1)?.type, 'daemon-stopped');
}));

test('a backend that takes questions and never answers holds up neither start nor stop', atOwnDoor(async (door) => {
  const silent = await IssuerServer.open();
  silent.instead.set('/', () => undefined);
  const started = await startedBeside(door, silent.url);
  assert.ok(door.camera.started);
  await started.stop('a test');
  assert.is(door.events().at(-1)?.type, 'daemon-stopped');
  await silent.close();
}, { clock: systemClock }));

/** Without waiting until nothing is under way: the sync is, for as long as the backend says nothing. */
async function startedBeside(door: OwnDoor, url: string): Promise<NonNullable<OwnDoor['app']>> {
  void door.start({ config: { backend: { url, apiKeyFile: '', uploadEvents: true, uploadPictures: 'all' } }, secrets: { roots: [], apiKey: 'pk_test', zoneMaster: undefined } }).catch(() => undefined);
  return eventually('the daemon is up', () => door.app);
}

test('a state folder that cannot be made: nothing is started, and the mend is named', atOwnDoor(async (door) => {
  writeFileSync(join(door.dir, 'state'), 'a file where the folder should be');
  const error = await refusal(door.start());
  assert.is(error.code, 'state-dir');
  assert.match(error.message, `${door.dir}/state`);
  assert.match(error.message, 'Set stateDir to a folder the daemon may write.');
  assert.not(door.camera.started);
}));

test('an event log that another daemon writes: refused, and that one is left alone', atOwnDoor(async (door) => {
  mkdirSync(door.stateDir);
  const { log } = await openLog(door.stateDir);
  const error = await refusal(door.start());
  assert.is(error.code, 'log-in-use');
  assert.match(error.message, 'Stop it first');
  await log.append({ type: 'door-opened' });
  await log.close();
  assert.equal(door.events().map(({ type }) => type), ['door-opened']);
}));

test('a door driver that does not start: the log is closed with "stopped", the camera never starts', atOwnDoor(async (door) => {
  writeFileSync(join(door.dir, 'door'), 'a file where the folder should be');
  const error = await refusal(door.start());
  assert.is(error.code, 'door-io');
  assert.not(door.camera.started);
  assert.equal(door.events().map(({ type }) => type), ['daemon-started', 'daemon-stopped']);
}));

test('[S1] a page port that is taken: what was started is stopped, no guard is left, the relay is at rest; then it starts', atOwnDoor(async (door) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const http = pageAt((other.address() as AddressInfo).port);
  const error = await refusal(door.start({ config: { http } }));
  assert.is(error.code, 'http-listen');
  assert.match(error.message, 'Set another http.port or stop what uses it.');
  assert.equal(door.guards(), []);
  assert.is(door.relay, '0');
  assert.not(door.camera.started);

  await new Promise((resolve) => other.close(resolve));
  const app = await door.start({ config: { http } });
  assert.is(door.guards().length, 1, 'and this is how a guard is found');
  assert.is((await fetch(`${app.pageUrl}healthz`)).status, 200);
}, withGuardProcess));

test('[S1] a camera that does not start: as above, its own error is told though stopping fails too', atOwnDoor(async (door) => {
  door.camera.onStart = () => {
    throw new PosternError('session-bad', 'A picture is missing. Record it again.');
  };
  door.camera.onStop = () => {
    throw new PosternError('camera', 'It cannot be stopped either.');
  };
  assert.is((await refusal(door.start())).code, 'session-bad');
  assert.equal(door.guards(), []);
  assert.is(door.relay, '0');
  assert.is(door.events().at(-1)?.type, 'daemon-stopped');
}, withGuardProcess));

test('the guard ends with the daemon', atOwnDoor(async (door) => {
  const app = await door.start();
  assert.is(door.guards().length, 1);
  await app.stop('a test');
  assert.equal(door.guards(), []);
}, withGuardProcess));

test('started after a stop, and after a crash: the log tells which', atOwnDoor(async (door) => {
  await (await door.start()).stop('a test');
  await (await door.start()).stop('a test');
  const log = await EventLog.open({ dir: door.stateDir, doorUuid: 'here', clock: door.clock, clockTrust: () => 'verified', random: (n) => new Uint8Array(n), reserveBytes: 65_536 });
  await log.append({ type: 'door-opened' });
  await log.close();
  await door.start();
  const starts = door.events().flatMap((event) => (event.type === 'daemon-started' ? [event.cleanStop] : []));
  assert.equal(starts, [true, true, false]);
}));

test('a lockdown survives a restart: a valid code is denied, and the relay stays at rest', atOwnDoor(async (door) => {
  const before = await door.start({ withBackend: true });
  await before.door.lockDown('guard');
  await before.stop('a test');
  const after = await door.start({ withBackend: true });
  assert.is(after.door.view.lockdownBy, 'guard');
  await door.show(tokenText('resident'));
  const attempt = door.events().find(({ type }) => type.startsWith('access-'));
  assert.is(attempt?.type === 'access-denied' && attempt.reason, 'lockdown');
  assert.is(door.relay, '0');
}));

test('a code is granted before, during and after the backend is away, and the list decides meanwhile', atOwnDoor(async (door) => {
  await door.start({ withBackend: true });
  await door.show(tokenText('resident'));
  await door.backend?.close();
  door.backend = undefined;
  await door.show(tokenText('courier'));
  const sources = door.events().flatMap((event) => (event.type === 'access-granted' ? [event.source] : []));
  assert.equal(sources, ['online', 'offline']);
}));

test('a camera that is unplugged is told once, and so are its first pictures afterwards', atOwnDoor(async (door) => {
  const app = await door.start();
  door.camera.unplug('it was unplugged');
  door.camera.unplug('it was unplugged');
  await app.idle();
  assert.is(app.status.get('camera')?.state, 'down');
  door.camera.show(flatPicture(64, 64, 90));
  door.camera.show(flatPicture(64, 64, 90));
  await app.idle();
  assert.is(app.status.get('camera')?.state, 'ok');
  assert.equal(partEvents(door, 'camera'), ['part-failed', 'part-recovered']);
}));

test('a decoder that dies is started again: told as failed and recovered, and the next code is read', async () => {
  const workers: Worker[] = [];
  const collect = (worker: Worker): void => void workers.push(worker);
  process.on('worker', collect);
  await atOwnDoor(async (door) => {
    const app = await door.start();
    // Without a backend no other worker is started after the decoder.
    await workers.at(-1)?.terminate();
    await eventually('the next decoder is warm', () => app.status.get('decoder')?.state === 'ok');
    await door.show('not a door code');
    assert.equal(partEvents(door, 'decoder'), ['part-failed', 'part-recovered']);
    assert.ok(door.events().some(({ type }) => type === 'access-denied'));
  })();
  process.off('worker', collect);
});

function partEvents(door: OwnDoor, part: string): string[] {
  return door.events().flatMap((event) => ('part' in event && event.part === part ? [event.type] : []));
}

test('[S10] the door machine, the relay guard and the event log each give a sign of life', atOwnDoor(async (door) => {
  const { vitalSigns } = await door.start();
  assert.equal(vitalSigns.map(({ name }) => name), ['the door machine', 'the relay guard', 'the event log']);
  for (const sign of vitalSigns) await sign.ask();
}, withGuardProcess));

test('[S10] a guard that was not heard for a quarter of a minute gives no sign of life', atOwnDoor(async (door) => {
  const { vitalSigns } = await door.start();
  const guard = vitalSigns.find(({ name }) => name === 'the relay guard');
  Object.defineProperty(door.doorIo, 'guardHeardMs', { get: () => door.clock.monotonicMs() - 15_001 });
  assert.match(String(await guard?.ask().then(() => 'alive', (thrown: unknown) => thrown)), /not heard/);
}));

test.run();
