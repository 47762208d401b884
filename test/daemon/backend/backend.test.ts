import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import Database from 'better-sqlite3';
import { ApiError } from '../../../daemon/base/http/api-error.ts';
import { Backend } from '../../../daemon/backend/backend.ts';
import type { IssueRequest } from '../../../daemon/backend/codes/issue-request.ts';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import { BACK, FRONT, ServedBackend } from './served-backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-backend-'));
test.after(() => rmSync(folder, { recursive: true }));

const DAY_S = 86_400;
const keysOf = (backend: Backend): string[] => backend.rootPublicKeys().map((key) => Buffer.from(key).toString('hex'));

test('keys, doors and tokens outlive the process', async () => {
  const dir = join(folder, 'kept');
  const clock = new VirtualClock();
  const before = await Backend.open({ dir, clock });
  before.addDoor({ uuid: FRONT, name: 'Front door' });
  const { tokenId } = before.issue({ doors: [FRONT], validS: 3600 });
  const roots = keysOf(before);
  await before.close();

  const after = await Backend.open({ dir, clock });
  assert.equal(keysOf(after), roots);
  assert.is(after.doors().length, 1);
  assert.is(after.revoke(tokenId), true);
  await after.close();
});

test('[S7] its folder and every file in it are the owner\'s alone', async () => {
  const dir = join(folder, 'private');
  const backend = await Backend.open({ dir, clock: new VirtualClock() });
  backend.addDoor({ uuid: FRONT, name: 'Front door' });
  assert.is(statSync(dir).mode & 0o777, 0o700);
  const files = readdirSync(dir);
  assert.ok(files.length >= 2, 'the database and its write-ahead log');
  for (const file of files) assert.is(statSync(join(dir, file)).mode & 0o077, 0, file);
  await backend.close();
});

test('[S7] no API key can be read out of its database', async () => {
  const dir = join(folder, 'hashed');
  const backend = await Backend.open({ dir, clock: new VirtualClock() });
  const [id, secret] = backend.createApiKey('admin').split('.') as [string, string];
  await backend.close();
  const bytes = readFileSync(join(dir, 'backend.sqlite'));
  assert.ok(bytes.includes(id));
  assert.not.ok(bytes.includes(secret));
});

test('who made, revoked or fetched what stands in the audit log, with the name of the key', async () => {
  const dir = join(folder, 'audited');
  const it = await ServedBackend.open(dir);
  const { body } = await it.post('/api/accesscontrol/qr/generateQRAccessCode', { accessControlledDoorUuid: FRONT, validDurationSec: 60, auditPrincipal: 'ada' });
  await it.post('/api/accesscontrol/qr/revokeQRAccessCode', { accessTokenUuid: body.accessTokenUuid, auditPrincipal: 'bob' });
  await (await it.get(`/api/postern/tokenlist/${FRONT}`)).arrayBuffer();
  await it.close();
  const store = new Database(join(dir, 'backend.sqlite'), { readonly: true });
  const entries = store.prepare('SELECT action, principal, api_key, subject FROM audit ORDER BY seq DESC LIMIT 3').raw().all();
  store.close();
  assert.equal(entries, [
    ['list-downloaded', null, 'door', FRONT],
    ['token-revoked', 'bob', 'admin', body.accessTokenUuid],
    ['token-issued', 'ada', 'admin', body.accessTokenUuid],
  ]);
});

test('a database that is none, or of a newer Postern, is refused with what to do', async () => {
  const dir = join(folder, 'broken');
  const clock = new VirtualClock();
  await (await Backend.open({ dir, clock })).close();
  const store = new Database(join(dir, 'backend.sqlite'));
  store.pragma('user_version = 99');
  store.close();
  await refused(Backend.open({ dir, clock }), /newer Postern/);
  writeFileSync(join(dir, 'backend.sqlite'), 'this is not a database, and it is long enough for SQLite to say so'.repeat(20));
  await refused(Backend.open({ dir, clock }), /Put back a copy/);
});

async function refused(opening: Promise<Backend>, says: RegExp): Promise<void> {
  const thrown = await opening.then(() => undefined, (error: unknown) => error);
  assert.instance(thrown, PosternError);
  assert.match((thrown as PosternError).message, says);
}

const refusals: [situation: string, request: Partial<IssueRequest>, code: string][] = [
  ['no door by that id', { doors: ['AAECAwQFBgcICQoLDA0OAA'] }, 'door-unknown'],
  ['a door by name', { doors: ['Front door'] }, 'door-uuid-bad'],
  ['a door without a camera for codes', { doors: [BACK] }, 'door-without-qr'],
  ['59 s', { validS: 59 }, 'duration-bad'],
  ['no end', { validS: 0 }, 'duration-bad'],
  ['a negative time', { validS: -3600 }, 'duration-bad'],
  ['31 days and a second', { validS: 31 * DAY_S + 1 }, 'duration-bad'],
  ['a beginning in the past', { notBeforeMs: Date.parse('2026-03-02T08:59:59Z') }, 'begin-bad'],
  ['30 days that begin in two', { validS: 30 * DAY_S, notBeforeMs: Date.parse('2026-03-04T09:00:00Z') }, 'begin-bad'],
  ['a grace without uses', { reentryGraceS: 60 }, 'grace-bad'],
];
for (const [situation, request, code] of refusals) {
  test(`a code for ${situation} is not issued: ${code}`, async () => {
    const backend = await Backend.open({ clock: new VirtualClock() });
    backend.addDoor({ uuid: FRONT, name: 'Front door' });
    backend.addDoor({ uuid: BACK, name: 'Back door', hasQr: false });
    try {
      backend.issue({ doors: [FRONT], validS: 3600, ...request });
      assert.unreachable();
    } catch (thrown) {
      assert.instance(thrown, ApiError);
      assert.is((thrown as ApiError).code, code);
    } finally {
      await backend.close();
    }
  });
}

test('the longest code is as long as doors allow, counted from its issue', async () => {
  const backend = await Backend.open({ clock: new VirtualClock() });
  backend.addDoor({ uuid: FRONT, name: 'Front door' });
  const { claims } = backend.issue({ doors: [FRONT], validS: 29 * DAY_S, notBeforeMs: Date.parse('2026-03-04T09:00:00Z') });
  assert.is(claims.expiresAtS - claims.issuedAtS, 31 * DAY_S);
  await backend.close();
});

test('a code that has expired already can be made in the process, for a demo', async () => {
  const clock = new VirtualClock();
  const backend = await Backend.open({ clock });
  backend.addDoor({ uuid: FRONT, name: 'Front door' });
  const { claims } = backend.issue({ doors: [FRONT], validS: 3600, issuedAtMs: clock.wallMs() - 7_200_000 });
  assert.is(claims.expiresAtS * 1000, clock.wallMs() - 3_600_000);
  await backend.close();
});

test('[S8] it listens on this machine only', async () => {
  const backend = await Backend.open({ clock: new VirtualClock() });
  const thrown = await backend.listen({ host: '0.0.0.0', port: 0 }).then(() => undefined, (error: unknown) => error);
  assert.is((thrown as PosternError).code, 'backend-host');
  await backend.close();
});

test('a port that is taken is told in a sentence', async () => {
  const backend = await Backend.open({ clock: new VirtualClock() });
  const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
  const thrown = await backend.listen({ host: '127.0.0.1', port: Number(new URL(url).port) }).then(() => undefined, (error: unknown) => error);
  assert.match((thrown as PosternError).message, /Choose another port/);
  await backend.close();
});

test('a backend that goes away and comes back answers at the same address', async () => {
  const backend = await Backend.open({ clock: new VirtualClock() });
  const first = await backend.listen({ host: '127.0.0.1', port: 0 });
  await first.close();
  const away = await fetch(`${first.url}/api/postern/health`).then(() => 'answered', () => 'away');
  assert.is(away, 'away');
  const second = await backend.listen({ host: '127.0.0.1', port: Number(new URL(first.url).port) });
  assert.is((await fetch(`${second.url}/api/postern/health`)).status, 200);
  await backend.close();
});

test.run();
