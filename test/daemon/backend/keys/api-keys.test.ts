import { once } from 'node:events';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backend } from '../../../../daemon/backend/backend.ts';
import { endpoints } from '../../../../daemon/backend/http/endpoints.ts';
import { methodsOf } from '../../../../daemon/backend/http/endpoint.ts';
import { perMinuteOf, roles } from '../../../../daemon/backend/keys/api-keys.ts';
import { first } from '../../../../daemon/backend/migrations/1-first.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { systemRandom } from '../../../../daemon/base/ids.ts';
import type { Logger } from '../../../../daemon/base/logger.ts';
import { BACK, FRONT, ServedBackend } from '../served-backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-keys-'));
test.after(() => rmSync(folder, { recursive: true }));

const DOORS = '/api/accesscontrol/door/getDoorsForOrg';
const VALIDATE = '/api/accesscontrol/qr/validateQRAccessCode';
const HOUR_MS = 3_600_000;

let it: ServedBackend;
test.before.each(async () => {
  it = await ServedBackend.open();
});
test.after.each(() => it.close());

const idOf = (key: string): string => key.split('.')[0] as string;
const statusOf = async (key: string, path = DOORS): Promise<number> => (await it.post(path, {}, key)).status;
const question = (doorUuid: string): object => ({ nonce: it.nonce(), doorUuid, code: 'PT1:X', timestampMs: 0 });

// ——— Roles ———
test('every call that is not for anyone is refused to each role that it does not name, and let through to each it does', async () => {
  const keys = { admin: it.adminKey, issuer: it.issuerKey, door: it.doorKey, reader: it.readerKey };
  let asked = 0;
  for (const endpoint of endpoints) {
    const { allows } = endpoint;
    if (allows === 'anyone') continue;
    for (const role of roles) {
      // An unknown door and an empty body: whatever the answer is, it is not about the role.
      const response = await fetch(it.url + endpoint.path.replaceAll(/\{\w+\}/g, 'x'), { method: methodsOf(endpoint)[0] as string, headers: it.auth(keys[role]) });
      const isRoleRefusal = response.status === 403 && (await response.json() as { code: string }).code === 'wrong-role';
      assert.is(isRoleRefusal, !allows.includes(role), `${endpoint.path} asked by ${role}`);
      asked++;
    }
  }
  assert.ok(asked >= 24, 'the calls are walked at all');
});

// ——— Binding ———
test('[S8] a key bound to a door validates and fetches for that door alone', async () => {
  const bound = it.key('door', 'front', { door: FRONT });
  assert.is((await it.post(VALIDATE, question(FRONT), bound)).status, 200);
  const elsewhere = await it.post(VALIDATE, question(BACK), bound);
  assert.equal([elsewhere.status, elsewhere.body.code], [403, 'other-door']);
  assert.match(String(elsewhere.body.errorMsg), /"front" is bound to door AAECAwQFBgcICQoLDA0ODw/);
  const list = async (door: string): Promise<number> => (await fetch(`${it.url}/api/postern/tokenlist/${door}`, { headers: it.auth(bound) })).status;
  assert.equal([await list(FRONT), await list(BACK)], [200, 403]);
  assert.is((await fetch(`${it.url}/api/postern/keyset`, { headers: it.auth(bound) })).status, 200, 'the key set is everybody\'s');
});

test('a door\'s key without a door serves all of a small site', async () => {
  assert.equal([(await it.post(VALIDATE, question(FRONT), it.doorKey)).status, (await it.post(VALIDATE, question(BACK), it.doorKey)).status], [200, 200]);
});

test('only a door\'s key can be bound, and only to a door there is', () => {
  assert.throws(() => it.key('issuer', 'x', { door: FRONT }), /CHECK constraint/);
  assert.throws(() => it.key('door', 'x', { door: 'AAECAwQFBgcICQoLDA0OAA' }), /no door/);
});

// ——— Revoking ———
test('a key revoked by another process is refused by the running backend at the very next request', async () => {
  const dir = join(folder, 'two-processes');
  const served = await ServedBackend.open(dir);
  const other = await Backend.open({ dir, clock: served.clock });
  const key = served.key('issuer', 'front desk');
  const ask = async (): Promise<number> => (await served.post(DOORS, {}, key)).status;
  assert.is(await ask(), 200);
  assert.is(other.keyring.revokeApiKey(idOf(key)), 'revoked');
  assert.is(await ask(), 401);
  assert.is(other.keyring.revokeApiKey(idOf(key)), 'was revoked already');
  assert.is(other.keyring.revokeApiKey('nothing'), undefined);
  await other.close();
  await served.close();
});

test('a key with anything before or behind it is none', async () => {
  const key = it.adminKey;
  for (const wrong of ['', '.', key.slice(1), key.slice(0, -1), `${key}x`, `${key}.x`, `${key}.`, key.toUpperCase(), key.replace('.', ''), key.replace('.', '..'), `${idOf(it.doorKey)}.${key.split('.')[1]}`, `x${key}`]) {
    assert.is(await statusOf(wrong), 401, wrong);
  }
  assert.is(await statusOf(key), 200);
});

test('the secret is compared in constant time, for a key that is not there as for one that is', async () => {
  const real = crypto.timingSafeEqual;
  let compared = 0;
  crypto.timingSafeEqual = (a, b) => {
    compared++;
    assert.equal([a.byteLength, b.byteLength], [32, 32]);
    return real(a, b);
  };
  syncBuiltinESMExports();
  try {
    for (const key of [it.adminKey, `${idOf(it.adminKey)}.wrong`, 'nobody.nothing', 'nothing']) await statusOf(key);
    assert.is(compared, 4);
  } finally {
    crypto.timingSafeEqual = real;
    syncBuiltinESMExports();
  }
});

// ——— Last use ———
test('the last use of a key is kept to the hour: written once, not at every request', async () => {
  const key = it.key('reader', 'screen');
  const lastUse = (): number | null | undefined => it.backend.keyring.apiKeys().find((each) => each.id === idOf(key))?.lastUsedAtMs;
  assert.is(lastUse(), null);
  const firstMs = it.clock.wallMs();
  await statusOf(key);
  // The second request comes after the shared commit of the first's note.
  await statusOf(key);
  assert.is(lastUse(), firstMs);
  it.clock.advance(HOUR_MS - 1);
  await statusOf(key);
  await statusOf(key);
  assert.is(lastUse(), firstMs);
  it.clock.advance(1);
  await statusOf(key);
  await statusOf(key);
  assert.is(lastUse(), firstMs + HOUR_MS);
});

// ——— Rates ———
test('a key that asks too often is told when to come again, and the others are served', async () => {
  const key = it.key('reader', 'screen', { perMinute: 3 });
  assert.equal([await statusOf(key), await statusOf(key), await statusOf(key)], [200, 200, 200]);
  const response = await fetch(it.url + DOORS, { headers: it.auth(key) });
  assert.is(response.status, 429);
  assert.is(response.headers.get('retry-after'), '20');
  const body = await response.json() as { code: string; errorMsg: string };
  assert.equal([body.code, body.errorMsg], ['rate-limited', 'screen may make 3 requests a minute. Try again in 20 s.']);
  assert.is(await statusOf(it.readerKey), 200);
  it.clock.advance(20_000);
  assert.equal([await statusOf(key), await statusOf(key)], [200, 429]);
});

test('calls that the role may not make count too', async () => {
  const key = it.key('reader', 'screen', { perMinute: 2 });
  const generate = '/api/accesscontrol/qr/generateQRAccessCode';
  assert.equal([await statusOf(key, generate), await statusOf(key, generate), await statusOf(key, generate)], [403, 403, 429]);
});

test('a key without a limit of its own has its role\'s', () => {
  for (const role of roles) {
    const id = idOf(it.backend.createApiKey(role));
    assert.is(it.backend.keyring.apiKeys().find((key) => key.id === id)?.perMinute, perMinuteOf[role]);
  }
});

// ——— Wrong keys ———
/** The answers to `count` wrong keys from a local address of one's own. */
async function guess(url: string, count: number, key = 'nobody.nothing', from = '127.0.0.1'): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), localAddress: from });
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.write(`GET ${DOORS} HTTP/1.1\r\nhost: x\r\nx-auth-scheme: api-token\r\nx-auth-apikey: ${key}\r\nconnection: close\r\n\r\n`);
    await once(socket, 'close');
    statuses.push(Number(answer.split(' ')[1]));
  }
  return statuses;
}

test('[S9] guessing is slowed down, told in the log once a minute at most, and whoever was right before goes on', async () => {
  const warnings: string[] = [];
  const log: Logger = { debug: () => undefined, info: () => undefined, warn: (line) => warnings.push(line), error: (line) => warnings.push(line) };
  const clock = new VirtualClock();
  const backend = await Backend.open({ clock, log });
  const [used, fresh] = [backend.createApiKey('admin', 'used'), backend.createApiKey('admin', 'fresh')];
  const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
  assert.equal(await guess(url, 1, used), [200]);
  assert.equal(await guess(url, 121), [...new Array<number>(120).fill(401), 429]);
  assert.equal(warnings, ['Many wrong API keys come from 127.0.0.1: for a while only keys that were right from there before are looked at.']);
  assert.equal(await guess(url, 1, used), [200], 'a door behind the same router');
  assert.equal(await guess(url, 1, `${idOf(used)}.wrong`), [401], 'which does not make its secret easier to find');
  assert.equal(await guess(url, 1, fresh), [429], 'a right key is not told from a wrong one meanwhile');
  assert.equal(await guess(url, 1, fresh, '127.0.0.2'), [200], 'from elsewhere');
  clock.advance(2_000);
  assert.equal(await guess(url, 1, fresh), [200]);
  assert.is(warnings.length, 2);
  await backend.close();
});

// ——— What was there before ———
test('a database of an earlier Postern keeps its keys', async () => {
  const dir = join(folder, 'earlier');
  const clock = new VirtualClock();
  const now = await Backend.open({ dir, clock });
  const key = now.createApiKey('admin', 'ada');
  await now.close();
  const store = new Database(join(dir, 'backend.sqlite'));
  const rows = store.prepare('SELECT id, secret_digest, role, name, created_at_ms FROM api_keys').raw().all() as unknown[][];
  const signing = store.prepare('SELECT * FROM signing_keys').raw().all() as unknown[][];
  const [set] = store.prepare('SELECT version, signed FROM key_sets').raw().all() as unknown[][];
  const masters = store.prepare('SELECT * FROM zone_masters').raw().all() as unknown[][];
  store.close();
  const old = new Database(join(dir, 'old.sqlite'));
  old.exec(first);
  old.pragma('user_version = 1');
  for (const row of rows) old.prepare('INSERT INTO api_keys VALUES (?, ?, ?, ?, ?)').run(...row);
  for (const row of signing) old.prepare('INSERT INTO signing_keys VALUES (?, ?, ?, ?, ?, ?)').run(...row);
  old.prepare('INSERT INTO key_sets VALUES (?, ?)').run(...set as unknown[]);
  for (const row of masters) old.prepare('INSERT INTO zone_masters VALUES (?, ?)').run(...row);
  old.close();
  renameSync(join(dir, 'old.sqlite'), join(dir, 'backend.sqlite'));

  const after = await Backend.open({ dir, clock });
  const { url } = await after.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(url + DOORS, { headers: it.auth(key) });
  assert.is(response.status, 200);
  assert.equal(after.keyring.apiKeys().map(({ name, role, revokedAtMs }) => [name, role, revokedAtMs]), [['ada', 'admin', null]]);
  await after.close();
});

test('an id never begins with a dash, which the command line would take for an option', async () => {
  const backend = await Backend.open({ clock: new VirtualClock(), random: (length) => (length === 6 ? Buffer.alloc(6, 0xfb) : systemRandom(length)) });
  assert.not.match(backend.createApiKey('reader'), /^-/);
  await backend.close();
});

test.run();
