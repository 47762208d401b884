import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { suite, test } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep, systemClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { DoorControllerOptions } from '../../../drivers/door-io/door-controller.ts';
import { RhombusDoorIo } from '../../../drivers/door-io/rhombus.ts';
import { Authority } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { FIND_DOORS, StandInController, UNLOCK, answer } from '../../support/stand-in-controller.ts';
import { doorIoContract } from './contract.ts';

const DOOR = 'AAECAwQFBgcICQoLDA0ODw';
const KEY = 'a-key-that-nobody-may-see';

function driverAt(url: string, more: Partial<DoorControllerOptions> = {}): RhombusDoorIo {
  return new RhombusDoorIo({ clock: systemClock, url, apiKey: KEY, doorUuid: DOOR, answerMs: 300, ...more });
}

doorIoContract('a door of another controller', async () => {
  const controller = await StandInController.open(DOOR);
  return {
    io: driverAt(controller.url()),
    another: () => driverAt(controller.url()),
    outside: () => (controller.isReleased ? 'energised' : 'rest'),
    pass: (ms) => sleep(systemClock, ms),
    moveContact() {},
    moveRex() {},
    green: () => false,
    close: () => controller.close(),
  };
}, ['relay', 'inputs', 'outputs']);

const it = suite('rhombus');

/** A driver that has found its door, what it told, and the controller. */
async function atDoor(run: (o: { controller: StandInController; io: RhombusDoorIo; told: (string | undefined)[] }) => Promise<void>): Promise<void> {
  const controller = await StandInController.open(DOOR);
  const io = driverAt(controller.url());
  const told: (string | undefined)[] = [];
  try {
    await io.start({ contact() {}, rex() {}, fire() {}, relayFault: (detail) => told.push(detail) });
    await eventually('it looks for its door', () => controller.asked.some(({ path }) => path === FIND_DOORS) || undefined);
    await run({ controller, io, told });
  } finally {
    await io.stop();
    await controller.close();
  }
}

async function refusalOf(io: RhombusDoorIo): Promise<string> {
  const thrown = await io.energise(5_000).then(() => undefined, (error: unknown) => error);
  assert.instance(thrown, PosternError);
  return (thrown as PosternError).message;
}

it('it asks by the published call: once an order, with the key and the door\'s RUUID', () => atDoor(async ({ controller, io, told }) => {
  await io.energise(5_000);
  assert.is(controller.unlocks.length, 1);
  const [asked] = controller.unlocks;
  assert.equal(asked?.body, { accessControlledDoorUuid: DOOR });
  assert.equal(['x-auth-scheme', 'x-auth-apikey', 'content-type'].map((name) => asked?.headers[name]), ['api-token', KEY, 'application/json']);
  assert.is(io.relay, 'energised');
  assert.equal(told, []);
}));

const NOT_RELEASED = /did not unlock/;
const NOT_KNOWN = /not known whether it did/;

const BAD_ANSWERS: [what: string, mood: (response: ServerResponse) => void, says: RegExp, known: RegExp][] = [
  ['an ERROR with its type', (r) => answer(r, { type: 'ERROR', errorType: 'DOOR_OFFLINE' }), /DOOR_OFFLINE/, NOT_RELEASED],
  ['an ERROR without a type', (r) => answer(r, { type: 'ERROR', errorType: null }), /it says ERROR/, NOT_RELEASED],
  ['an ERROR with control characters', (r) => answer(r, { type: 'ERROR', errorType: 'A\n\u001b[31mB' }), /it says A\?\?\[31mB/, NOT_RELEASED],
  ['an ERROR of a megabyte', (r) => answer(r, { type: 'ERROR', errorType: 'x'.repeat(1_000_000) }), /not one this driver understands/, NOT_KNOWN],
  ['401', (r) => answer(r, {}, 401), /refuses the API key: .*doorIo\.apiKeyFile/, NOT_RELEASED],
  ['403', (r) => answer(r, {}, 403), /permission/, NOT_RELEASED],
  ['404', (r) => answer(r, {}, 404), /doorIo\.doorUuid/, NOT_RELEASED],
  ['429', (r) => answer(r, {}, 429), /too many requests/, NOT_RELEASED],
  ['400', (r) => answer(r, {}, 400), /HTTP 400/, NOT_RELEASED],
  ['500', (r) => answer(r, {}, 500), /a fault of its own \(HTTP 500\)/, NOT_KNOWN],
  ['503', (r) => answer(r, 'sorry', 503), /HTTP 503/, NOT_KNOWN],
  ['201', (r) => answer(r, { type: 'SUCCESS' }, 201), /HTTP 201/, NOT_RELEASED],
  ['a redirect', (r) => void r.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(), /final address into doorIo\.url/, NOT_KNOWN],
  ['no JSON', (r) => answer(r, '<html>welcome</html>'), /not one this driver understands/, NOT_KNOWN],
  ['nothing at all', (r) => answer(r, ''), /not one this driver understands/, NOT_KNOWN],
  ['null', (r) => answer(r, 'null'), /not one this driver understands/, NOT_KNOWN],
  ['a word for success that is none', (r) => answer(r, { type: 'success' }), /not one this driver understands/, NOT_KNOWN],
  ['a list', (r) => answer(r, [{ type: 'SUCCESS' }]), /not one this driver understands/, NOT_KNOWN],
  ['an endless answer', (r) => { r.writeHead(200); for (let i = 0; i < 32; i++) r.write(Buffer.alloc(65_536, 32)); }, /too long/, NOT_KNOWN],
  ['half an answer and a hang-up', (r) => { r.writeHead(200, { 'content-length': 99 }); r.write('{"type":'); setImmediate(() => r.destroy()); }, /hung up/, NOT_KNOWN],
  ['a hang-up without an answer', (r) => r.destroy(), /hung up/, NOT_KNOWN],
  ['no answer in time', () => {}, /did not answer within 300 ms/, NOT_KNOWN],
  ['an answer that drips', (r) => { r.writeHead(200); r.write('{'); }, /did not answer within 300 ms/, NOT_KNOWN],
];
for (const [what, mood, says, known] of BAD_ANSWERS) {
  it(`${what}: a fault before it rejects, said in words, never asked twice, and the next order works`, () => atDoor(async ({ controller, io, told }) => {
    controller.moods.set(UNLOCK, mood);
    const message = await refusalOf(io);
    assert.match(message, says);
    assert.match(message, known);
    assert.not(message.includes(KEY));
    assert.is(told[0], message);
    assert.is(controller.unlocks.length, 1);
    assert.is(io.relay, 'rest');
    controller.moods.clear();
    await io.energise(5_000);
    assert.is(told.at(-1), undefined);
    assert.is(io.relay, 'energised');
  }));
}

it('after a failed order the controller is looked at, and told well when it answers', () => atDoor(async ({ controller, io, told }) => {
  controller.moods.set(UNLOCK, (r) => answer(r, {}, 500));
  await refusalOf(io);
  await eventually('it is well again', () => (told.length === 2 && told[1] === undefined) || undefined, 10_000);
  assert.is(controller.unlocks.length, 1, 'looking does not unlock');
}));

it('rest withdraws an order that waits, and whoever waits for it hears of no fault', () => atDoor(async ({ controller, io, told }) => {
  controller.moods.set(UNLOCK, () => {});
  const asked = io.energise(5_000);
  await eventually('it is asked', () => controller.unlocks.length === 1 || undefined);
  await io.rest();
  await asked;
  assert.equal(told, []);
  assert.is(io.relay, 'rest');
}));

it('stop ends what is under way, may come twice, and nothing is told afterwards', () => atDoor(async ({ controller, io, told }) => {
  controller.moods.set(UNLOCK, () => {});
  const asked = io.energise(5_000);
  await eventually('it is asked', () => controller.unlocks.length === 1 || undefined);
  await io.stop();
  await asked;
  await io.stop();
  assert.equal(told, []);
}));

const NO_DOOR: [what: string, pages: unknown[][], says: RegExp][] = [
  ['a door it does not have', [[]], /it has no door AAECAwQFBgcICQoLDA0ODw: see doorIo\.doorUuid/],
  ['other doors only', [[{ uuid: 'EBESExQVFhcYGRobHB0eHw' }], [{}]], /it has no door/],
  ['a door that may not be unlocked from afar', [[{ uuid: DOOR, remoteUnlockEnabled: false }]], /allow it in the door's settings/],
  ['doors that are none', [['x']], /not one this driver understands/],
];
for (const [what, pages, says] of NO_DOOR) {
  it(`${what}: a fault of the relay that says so, until it is mended there`, () => atDoor(async ({ controller, told }) => {
    controller.pages = pages;
    // The first look may have been answered before.
    const again = driverAt(controller.url());
    const heard: (string | undefined)[] = [];
    await again.start({ contact() {}, rex() {}, fire() {}, relayFault: (detail) => heard.push(detail) });
    await eventually('it is told', () => heard.length === 1 || undefined, 10_000);
    assert.match(heard[0] ?? '', says);
    controller.pages = [[], [{ uuid: DOOR }]];
    await eventually('it is well', () => heard.length === 2 || undefined, 20_000);
    assert.is(heard[1], undefined);
    await again.stop();
    assert.equal(told, []);
  }));
}

it('pages without an end are not followed for ever', () => atDoor(async ({ controller }) => {
  controller.moods.set(FIND_DOORS, (r) => answer(r, { accessControlledDoors: [], lastEvaluatedKey: String(Math.random()) }));
  const before = controller.asked.length;
  const again = driverAt(controller.url());
  const heard: (string | undefined)[] = [];
  await again.start({ contact() {}, rex() {}, fire() {}, relayFault: (detail) => heard.push(detail) });
  await eventually('it gives up', () => heard.length === 1 || undefined, 20_000);
  assert.match(heard[0] ?? '', /it has no door/);
  assert.ok(controller.asked.length - before <= 100);
  await again.stop();
}));

it('a controller that is away is told after the second look, and the daemon starts all the same', async () => {
  const controller = await StandInController.open(DOOR);
  const { port } = controller;
  await controller.close();
  const io = driverAt(`http://127.0.0.1:${port}`);
  const told: (string | undefined)[] = [];
  await io.start({ contact() {}, rex() {}, fire() {}, relayFault: (detail) => told.push(detail) });
  await eventually('it is told', () => told.length === 1 || undefined, 10_000);
  assert.match(told[0] ?? '', /it refuses connections/);
  assert.match(await refusalOf(io), /did not unlock: it refuses connections/);
  const back = await StandInController.open(DOOR, undefined, port);
  await eventually('it is well', () => told.at(-1) === undefined || undefined, 20_000);
  await io.stop();
  await back.close();
});

it('[S1] an order that gets no connection in time is dropped: nothing goes out when the connection comes', async () => {
  // Accepts a connection and speaks no TLS until it is too late.
  const received: Buffer[] = [];
  const silent = createServer((socket) => socket.on('data', (bytes) => received.push(bytes)).on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const io = driverAt(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`, { answerMs: 10_000 });
  assert.match(await refusalOf(io), /did not unlock: there was no connection to it within 2000 ms, so the order was dropped/);
  assert.not(Buffer.concat(received).includes('unlockAccessControlledDoor'));
  await io.stop();
  silent.close();
});

it('[S1] a daemon that slept while it connected drops the order when it wakes', async () => {
  // As after SIGSTOP: the connection is there, and the clock has gone on.
  let sleptMs = 0;
  const clock = { ...systemClock, wallMs: () => systemClock.wallMs(), after: systemClock.after.bind(systemClock), monotonicMs: () => systemClock.monotonicMs() + sleptMs };
  const controller = await StandInController.open(DOOR);
  const io = driverAt(controller.url(), { clock });
  const refused = refusalOf(io);
  sleptMs = 60_000;
  assert.match(await refused, /so the order was dropped/);
  assert.is(controller.unlocks.length, 0);
  await io.stop();
  await controller.close();
});

const dir = mkdtempSync(join(tmpdir(), 'postern-rhombus-'));
it.after(() => rmSync(dir, { recursive: true }));
const authority = new Authority(dir, 'ours');
const other = new Authority(dir, 'other');
const served = (name: string, files: { cert: string; key: string }): [string, { cert: Buffer; key: Buffer }] => [name, { cert: readFileSync(files.cert), key: readFileSync(files.key) }];

const CERTIFICATES: [[what: string, tls: { cert: Buffer; key: Buffer }], says: RegExp][] = [
  [served('a certificate of another authority', other.server('strange')), /authority that is not trusted here: set doorIo\.caFile/],
  [served('an expired certificate', authority.sign('old', 'subjectAltName=IP:127.0.0.1', -1)), /its certificate has expired/],
  [served('a certificate for another name', authority.sign('elsewhere', 'subjectAltName=DNS:elsewhere.example')), /for another name: see doorIo\.url/],
];
for (const [[what, tls], says] of CERTIFICATES) {
  it(`[S7] ${what}: neither key nor order goes out`, async () => {
    const controller = await StandInController.open(DOOR, tls);
    const io = driverAt(controller.url(), { caFile: authority.cert });
    assert.match(await refusalOf(io), says);
    assert.match(await refusalOf(io), NOT_RELEASED);
    assert.is(controller.asked.length, 0);
    await io.stop();
    await controller.close();
  });
}

it('plain HTTP where TLS is wanted: said in words', async () => {
  const controller = await StandInController.open(DOOR);
  const io = driverAt(controller.url().replace('http:', 'https:'));
  assert.match(await refusalOf(io), /it does not speak TLS there: see doorIo\.url/);
  await io.stop();
  await controller.close();
});

it('over TLS with the authority of the config it unlocks', async () => {
  const controller = await StandInController.open(DOOR, served('', authority.server('good'))[1]);
  const io = driverAt(controller.url(), { caFile: authority.cert });
  await io.energise(5_000);
  assert.ok(controller.isReleased);
  await io.stop();
  await controller.close();
});

it.run();
test('a caFile that is not there is refused with its name', () => {
  assert.throws(() => driverAt('https://127.0.0.1:1', { caFile: '/nonexistent/ca.pem' }), /\/nonexistent\/ca\.pem/);
});
test.run();
