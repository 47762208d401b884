import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ListSync } from '../../../daemon/access/list-sync.ts';
import { rawPublicKey, signerFromSeed } from '../../../daemon/base/ed25519.ts';
import { signKeySet } from '../../../daemon/base/key-set.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { parseListHead } from '../../../daemon/base/token-list-file.ts';
import { atDoor, atSyncedDoor, list, revokedEntries } from './door-home.ts';
import { keySet, root, setKey, signedKeySet, type Handler } from './issuer-server.ts';
import { DAY_S, ELSEWHERE, HERE, HOUR_S, listSigner, NOON_MS, NOON_S, rootSigner, TOKEN_ID, tokenSigner } from './situation.ts';

const test = suite('list sync');
const MINUTE_MS = 60_000;
const newSigner = signerFromSeed(Buffer.alloc(32, 5));

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a new door gets its keys and its list, and a clock it can believe', () => atDoor(async (home, sync) => {
  assert.equal([sync.keys(), sync.list(), home.time.trust()], [undefined, undefined, 'suspect']);
  assert.is(home.status.get('keys')?.state, 'down');
  await sync.syncNow();
  assert.is(sync.keys()?.version, 3);
  assert.is(sync.list()?.lookUp(TOKEN_ID)?.status, 'active');
  assert.is(home.time.trust(), 'verified');
  assert.equal(home.events, [{ type: 'key-set-accepted', version: 3 }, { type: 'list-accepted', version: 7, entries: 1 }]);
  assert.equal([home.status.get('keys')?.state, home.status.get('list')?.state], ['ok', 'ok']);
  assert.equal(readdirSync(home.dir).sort(), ['key-set.cose', 'token-list.bin']);
}));

test('what did not change is not sent again', () => atSyncedDoor(async (home, sync) => {
  await sync.syncNow();
  await sync.syncNow();
  assert.equal(home.issuer.answered.map((line) => line.slice(-3)), ['200', '200', '304', '200', '304', '304']);
  assert.equal(home.told(), []);
}));

test('a newer list takes the place of the old one, and the old reader is good until then', () => atSyncedDoor(async (home, sync) => {
  const before = sync.list();
  home.issuer.listBytes = list({ version: 8 }, listSigner, revokedEntries);
  const syncing = sync.syncNow();
  while (sync.list() === before) {
    assert.is(before?.lookUp(TOKEN_ID)?.status, 'active');
    await settled();
  }
  assert.is(sync.list()?.lookUp(TOKEN_ID)?.status, 'revoked');
  await syncing;
  assert.equal(home.told(), ['list-accepted']);
}));

test('restarted without a network the door has its keys and its list, checked again', () => atSyncedDoor(async (home) => {
  home.issuer.instead.set('/', (request) => request.socket.destroy());
  const sync = await home.restart();
  assert.equal([sync.keys()?.version, sync.list()?.head.version], [3, 7]);
  assert.is(sync.list()?.lookUp(TOKEN_ID)?.status, 'active');
  assert.equal(home.told(), []);
}));

// ——— What is refused ———
const listRefusals: [situation: string, bytes: () => Uint8Array, detail: RegExp][] = [
  ['garbage', () => Buffer.from('<html>Sign in to the Wi-Fi</html>'), /no token list/],
  ['nothing', () => new Uint8Array(0), /no token list/],
  ['a head of 4 GB', () => Buffer.concat([Buffer.from(list()).subarray(0, 8), Buffer.alloc(4, 255), Buffer.alloc(5_000)]), /head/],
  ['the front alone', () => list({ version: 8 }).slice(0, -19), /bytes instead of/],
  ['something behind the entries', () => Buffer.concat([list({ version: 8 }), Buffer.from([0])]), /bytes instead of/],
  ['a changed entry', () => withLastByte(list({ version: 8 }), 9), /not those that were signed/],
  ['a changed signature', () => withByte(list({ version: 8 }), parseListHead(list({ version: 8 })).entriesAt - 1), /does not verify/],
  ['a list of another door', () => list({ version: 8, door: ELSEWHERE }), /another door/],
  ['a lower version (rollback)', () => list({ version: 6 }), /version 6 is lower than 7/],
  ['the same version with other entries', () => list({}, listSigner, revokedEntries), /another list of version 7/],
  ['an expired list (freeze)', () => list({ version: 8, expiresAtS: NOON_S }), /expired/],
  ['a list from the future', () => list({ version: 8, issuedAtS: NOON_S + 61 }), /future/],
  ['an unknown key', () => list({ version: 8 }, newSigner), /no list key/],
  ['a token key', () => list({ version: 8 }, tokenSigner), /no list key/],
];
for (const [situation, bytes, detail] of listRefusals) {
  test(`refused as a list, the old one kept: ${situation}`, () => atSyncedDoor(async (home, sync) => {
    const stored = readFileSync(home.listFile);
    home.issuer.listBytes = bytes();
    await sync.syncNow();
    const [event, ...more] = home.events;
    assert.match(event?.type === 'list-refused' ? event.detail : String(event?.type), detail);
    assert.equal(more, []);
    assert.is(sync.list()?.head.version, 7);
    assert.is(sync.list()?.lookUp(TOKEN_ID)?.status, 'active');
    assert.is(home.status.get('list')?.state, 'degraded');
    assert.match(home.status.get('list')?.reason ?? '', detail);
    assert.equal(readFileSync(home.listFile), stored);
    assert.not.ok(existsSync(join(home.dir, 'token-list.download')));
    assert.is((await home.restart()).list()?.head.version, 7);
  }));
}

test('a list under a key that is retired is refused when it was issued after the key\'s time', () => atSyncedDoor(async (home, sync) => {
  home.issuer.keySetBytes = signedKeySet({ version: 4, keys: [setKey(tokenSigner, 'token'), setKey(listSigner, 'list', 'retired', { notAfterS: NOON_S - HOUR_S }), setKey(newSigner, 'list')] });
  home.issuer.listBytes = list({ version: 8, issuedAtS: NOON_S });
  await sync.syncNow();
  assert.equal(home.told(), ['key-set-accepted', 'list-refused']);
  assert.is(sync.list()?.head.version, 7, 'the one in hand was signed in the key\'s time');
  home.issuer.listBytes = list({ version: 8 }, newSigner);
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 8);
}));

const keySetRefusals: [situation: string, bytes: () => Uint8Array, detail: RegExp][] = [
  ['garbage', () => Buffer.from('hello'), /refused/],
  ['another root', () => signedKeySet({ version: 4 }, newSigner), /no root key/],
  ['a changed byte', () => withByte(Buffer.from(signedKeySet({ version: 4 })), 60), /refused/],
  ['a lower version', () => signedKeySet({ version: 2 }), /version 2 is lower than 3/],
  ['the same version with other keys', () => signedKeySet({ keys: [setKey(newSigner, 'token')] }), /another set of version 3/],
  ['issued in the future', () => signedKeySet({ version: 4, issuedAtS: NOON_S + 61 }), /future/],
];
for (const [situation, bytes, detail] of keySetRefusals) {
  test(`refused as a key set, the old one kept: ${situation}`, () => atSyncedDoor(async (home, sync) => {
    home.issuer.keySetBytes = bytes();
    await sync.syncNow();
    const [event, ...more] = home.events;
    assert.match(event?.type === 'key-set-refused' ? event.detail : String(event?.type), detail);
    assert.equal(more, []);
    assert.is(sync.keys()?.version, 3);
    assert.is(home.status.get('keys')?.state, 'degraded');
    assert.is((await home.restart()).keys()?.version, 3);
  }));
}

test('what is refused again and again is one event, until something else comes of it [S9]', () => atSyncedDoor(async (home, sync) => {
  home.issuer.listBytes = list({ version: 6 });
  home.issuer.keySetBytes = signedKeySet({ version: 2 });
  for (let i = 0; i < 5; i++) await sync.syncNow();
  assert.equal(home.told(), ['key-set-refused', 'list-refused']);
  home.issuer.listBytes = list({ version: 8 });
  await sync.syncNow();
  home.issuer.listBytes = list({ version: 7 });
  await sync.syncNow();
  assert.equal(home.told(), ['list-accepted', 'list-refused']);
}));

const networkFaults: [situation: string, handler: Handler][] = [
  ['HTTP 500', (_, response) => void response.writeHead(500).end('fault')],
  ['HTTP 401', (_, response) => void response.writeHead(401).end()],
  ['HTTP 404', (_, response) => void response.writeHead(404).end()],
  ['a 304 nobody asked for', (request, response) => void response.writeHead(request.headers['if-none-match'] === undefined ? 304 : 503).end()],
  ['a redirect', (_, response) => void response.writeHead(301, { location: 'http://127.0.0.1:1/' }).end()],
  ['a reset', (request) => void request.socket.resetAndDestroy()],
  ['a reset half way', (_, response) => void response.writeHead(200, { 'content-length': '1000' }).write('PTLIST1\n', () => response.socket?.resetAndDestroy())],
  ['an end half way', (_, response) => void response.writeHead(200, { 'content-length': '1000' }).write('PTLIST1\n', () => response.socket?.end())],
];
for (const [situation, handler] of networkFaults) {
  test(`the network fails with ${situation}: the old list stands, without an event`, () => atSyncedDoor(async (home, sync) => {
    home.issuer.instead.set('/api/postern/', handler);
    await sync.syncNow();
    assert.equal(home.told(), []);
    assert.equal([sync.keys()?.version, sync.list()?.head.version], [3, 7]);
  }));
}

test('a list that stops coming half way is given up', () => atSyncedDoor(async (home, sync) => {
  const arrived = new Promise<void>((resolve) => home.issuer.instead.set('/api/postern/tokenlist/', (_, response) => void response.writeHead(200).write(list({ version: 8 }).slice(0, 50), () => resolve())));
  const syncing = sync.syncNow();
  await arrived;
  for (let i = 0; i < 20; i++) await settled();
  home.clock.advance(30_000);
  await syncing;
  assert.is(sync.list()?.head.version, 7);
}));

test('a list without an end is given up before it fills the disk [S9]', () => atSyncedDoor(async (home, sync) => {
  let sent = 0;
  home.issuer.instead.set('/api/postern/tokenlist/', (_, response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(1 << 20);
    const more = (): void => {
      if (response.destroyed) return;
      sent += chunk.length;
      response.write(chunk, more);
    };
    more();
  });
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 7);
  // A list of four million tokens, and what was on its way in the sockets.
  assert.ok(sent > 76e6 && sent < 100e6, `${sent} bytes`);
}));

// ——— Rollback, freeze and power cuts, over a restart ———
test('a list file put back from an old copy is not loaded', () => atSyncedDoor(async (home, sync) => {
  const old = readFileSync(home.listFile);
  home.issuer.listBytes = list({ version: 8 });
  await sync.syncNow();
  home.told();
  await sync.stop();
  writeFileSync(home.listFile, old);
  const again = await home.restart();
  assert.is(again.list(), undefined);
  assert.equal(home.told(), ['list-refused']);
  await again.syncNow();
  assert.is(again.list()?.head.version, 8);
}));

test('a key set put back from an old copy is not loaded', () => atSyncedDoor(async (home, sync) => {
  const path = join(home.dir, 'key-set.cose');
  const old = readFileSync(path);
  home.issuer.keySetBytes = signedKeySet({ version: 4 });
  await sync.syncNow();
  await sync.stop();
  writeFileSync(path, old);
  const again = await home.restart();
  assert.is(again.keys(), undefined);
  await again.syncNow();
  assert.is(again.keys()?.version, 4);
}));

test('a damaged list file is not loaded, and is fetched anew', () => atSyncedDoor(async (home, sync) => {
  await sync.stop();
  writeFileSync(home.listFile, withLastByte(readFileSync(home.listFile), 9));
  const again = await home.restart();
  assert.is(again.list(), undefined);
  await again.syncNow();
  assert.is(again.list()?.head.version, 7);
}));

test('a stored list that has expired is loaded all the same: its revocations hold', () => atSyncedDoor(async (home, sync) => {
  home.issuer.listBytes = list({ version: 8 }, listSigner, revokedEntries);
  await sync.syncNow();
  home.clock.advance(10 * DAY_S * 1_000);
  assert.is((await home.restart()).list()?.lookUp(TOKEN_ID)?.status, 'revoked');
}));

test('a floor that cannot be kept: the new list is not announced, and after a power cut it is whole', () => atSyncedDoor(async (home, sync) => {
  home.issuer.listBytes = list({ version: 8 });
  home.state.failing = true;
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 7);
  assert.equal(home.told(), []);
  home.state.failing = false;
  home.issuer.listBytes = list({ version: 7 });
  const again = await home.restart();
  assert.is(again.list()?.head.version, 8);
  await again.syncNow();
  assert.is(again.list()?.head.version, 8, 'and its version is the floor from then on');
}));

// ——— Keys that go ———
test('a thief\'s version 2^53 - 1 and date in 2099 need no visit once the key is revoked', () => atSyncedDoor(async (home, sync) => {
  // The door wakes without a clock, so that a date in the future is not refused.
  home.clock.jumpWall(-400 * DAY_S * 1_000);
  const far = Date.parse('2099-01-01T00:00:00Z') / 1_000;
  const forEver = [setKey(tokenSigner, 'token'), setKey(listSigner, 'list', 'active', { notAfterS: far + DAY_S })];
  home.issuer.keySetBytes = signedKeySet({ version: 4, keys: forEver });
  home.issuer.listBytes = list({ version: Number.MAX_SAFE_INTEGER, issuedAtS: far, expiresAtS: far + DAY_S }, listSigner, revokedEntries);
  await sync.syncNow();
  assert.is(sync.list()?.lookUp(TOKEN_ID)?.status, 'revoked', 'the thief shuts everybody out');
  assert.is(home.time.nowMs(), far * 1_000);
  home.told();

  home.clock.jumpWall(400 * DAY_S * 1_000);
  home.issuer.keySetBytes = signedKeySet({ version: 5, issuedAtS: NOON_S - 60, listFloor: 8, keys: [setKey(tokenSigner, 'token'), setKey(listSigner, 'list', 'revoked'), setKey(newSigner, 'list')] });
  home.issuer.listBytes = list({ version: 8, issuedAtS: NOON_S - 30 }, newSigner);
  await sync.syncNow();
  assert.equal(home.told(), ['key-set-accepted', 'list-refused', 'list-accepted']);
  assert.is(sync.list()?.lookUp(TOKEN_ID)?.status, 'active');
  assert.equal([home.time.trust(), home.time.nowMs()], ['verified', NOON_MS]);

  home.issuer.listBytes = list({ version: 7, issuedAtS: NOON_S - 30 }, newSigner);
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 8, 'the floor stands again');
}));

test('after a revocation no list below the set\'s floor counts, under a good key either', () => atSyncedDoor(async (home, sync) => {
  home.issuer.keySetBytes = signedKeySet({ version: 4, listFloor: 5, keys: [setKey(listSigner, 'list', 'revoked'), setKey(newSigner, 'list')] });
  home.issuer.listBytes = list({ version: 4 }, newSigner);
  await sync.syncNow();
  assert.is(sync.list(), undefined);
  home.issuer.listBytes = list({ version: 5 }, newSigner);
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 5);
}));

test('a list whose key was revoked is gone after a restart, too', () => atSyncedDoor(async (home, sync) => {
  home.issuer.keySetBytes = signedKeySet({ version: 4, keys: [setKey(listSigner, 'list', 'revoked')] });
  await sync.syncNow();
  assert.equal(home.told(), ['key-set-accepted', 'list-refused', 'list-refused']);
  const again = await home.restart();
  assert.is(again.list(), undefined);
}));

test('a root signs its successor, who signs the next set, over restarts', () => atSyncedDoor(async (home, sync) => {
  home.issuer.keySetBytes = signedKeySet({ version: 4, nextRoot: rawPublicKey(newSigner.privateKey) });
  await sync.syncNow();
  home.issuer.keySetBytes = signedKeySet({ version: 5 }, newSigner);
  await sync.syncNow();
  assert.is(sync.keys()?.version, 5);
  const again = await home.restart();
  assert.is(again.keys()?.version, 5);
  home.issuer.keySetBytes = signKeySet(keySet({ version: 6 }), rootSigner);
  await again.syncNow();
  assert.is(again.keys()?.version, 6, 'the first root stays one');
}));

// ——— Time ———
test('after a power cut the clock is believed when the backend agrees, though the list is the old one', () => atSyncedDoor(async (home) => {
  home.clock.jumpWall(30 * 60 * MINUTE_MS);
  const again = await home.restart();
  assert.is(home.time.trust(), 'suspect');
  home.issuer.instead.set('/api/postern/keyset', (_, response) => void response.writeHead(304, { date: new Date(home.clock.wallMs()).toUTCString() }).end());
  await again.syncNow();
  assert.is(home.time.trust(), 'verified');
}));

// ——— Polling and the alarm ———
test('it polls once a minute, and sooner after a failure', () => atDoor(async (home, sync) => {
  const polls = async (count: number): Promise<void> => {
    await home.issuer.ended(count);
    await sync.idle();
    await settled();
  };
  sync.start();
  await polls(2);
  home.clock.advance(59_999);
  await polls(2);
  assert.is(home.issuer.answered.length, 2);
  home.issuer.instead.set('/', (request) => request.socket.destroy());
  home.clock.advance(1);
  await polls(4);
  home.clock.advance(3_750);
  await polls(6);
  home.issuer.instead.clear();
  home.clock.advance(7_500);
  await polls(8);
  home.clock.advance(59_999);
  await settled();
  assert.is(home.issuer.answered.length, 8);
  await sync.stop();
  home.clock.advance(3_600_000);
  await settled();
  assert.is(home.issuer.answered.length, 8);
}));

test('15 minutes without an answer raise one alarm, and the next answer ends it', () => atSyncedDoor(async (home, sync) => {
  home.issuer.instead.set('/', (request) => request.socket.destroy());
  sync.start();
  home.clock.advance(15 * MINUTE_MS - 1);
  await sync.idle();
  assert.is(home.status.get('list')?.state, 'ok');
  home.clock.advance(30_000);
  home.clock.advance(60 * MINUTE_MS);
  assert.equal(home.told(), ['list-stale']);
  assert.match(home.status.get('list')?.reason ?? '', /15 minutes/);
  home.issuer.instead.clear();
  await sync.idle();
  await sync.syncNow();
  assert.is(home.status.get('list')?.state, 'ok');
}));

test('a list that nobody renews raises the alarm as it becomes too old, answers or not', () => atSyncedDoor(async (home, sync) => {
  home.clock.advance(23 * 60 * MINUTE_MS - 10_000);
  await sync.syncNow();
  sync.start();
  assert.is(home.status.get('list')?.state, 'ok');
  home.clock.advance(30_000);
  assert.is(home.events.length, 1);
  assert.equal([home.events[0]?.type, home.status.get('list')?.reason], ['list-stale', 'The list of codes is too old to decide by.']);
}));

test('without a backend it goes by what it has', () => atSyncedDoor(async (home, sync) => {
  await sync.stop();
  const alone = await ListSync.open({
    dir: home.dir, door: HERE, roots: [root], pollMs: MINUTE_MS, maxListAgeMs: 24 * 60 * MINUTE_MS, clock: home.clock, time: home.time,
    state: home.state, status: home.status, log: silentLogger, onEvent: (draft) => home.events.push(draft),
  });
  alone.start();
  await alone.syncNow();
  assert.is(alone.list()?.head.version, 7);
  await alone.stop();
}));

test('stopping while a list is on its way ends it', () => atSyncedDoor(async (home, sync) => {
  const arrived = new Promise<void>((resolve) => home.issuer.instead.set('/api/postern/tokenlist/', () => resolve()));
  const syncing = sync.syncNow();
  await arrived;
  await sync.stop();
  await syncing;
  assert.equal(home.told(), []);
}));

function withByte(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at] = (changed[at] as number) ^ 1;
  return changed;
}

function withLastByte(bytes: Uint8Array, value: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[changed.length - 1] = value;
  return changed;
}

test.run();
