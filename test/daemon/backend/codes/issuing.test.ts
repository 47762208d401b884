import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import Database from 'better-sqlite3';
import { textIn } from '../../../../daemon/backend/codes/code-picture.ts';
import { readToken, type TokenClaims } from '../../../../daemon/base/token.ts';
import type { LogFields } from '../../../../daemon/base/logger.ts';
import { BACK, FRONT, GARAGE, ServedBackend, type Reply } from '../served-backend.ts';

const GENERATE = '/api/accesscontrol/qr/generateQRAccessCode';
const QR = '/api/accesscontrol/qr/';
const folder = mkdtempSync(join(tmpdir(), 'postern-issuing-'));
let logged = '';
const take = (message: string, fields?: LogFields): void => void (logged += `${message} ${JSON.stringify(fields)}\n`);
let it: ServedBackend;

test.before(async () => {
  it = await ServedBackend.open(folder, { log: { debug: take, info: take, warn: take, error: take } });
});
test.after(async () => {
  await it.close();
  rmSync(folder, { recursive: true });
});

const plain = { accessControlledDoorUuid: FRONT, validDurationSec: 3600 };
let requests = 0;
const requestId = (): string => `order-${String(++requests).padStart(12, '0')}`;
const generate = (body: object): Promise<Reply> => it.post(GENERATE, body, it.issuerKey);

function rows(sql: string, ...values: unknown[]): unknown[] {
  const store = new Database(join(folder, 'backend.sqlite'), { readonly: true });
  try {
    return store.prepare(sql).raw().all(...values);
  } finally {
    store.close();
  }
}
const issuedCount = (): string => String(rows('SELECT count(*) FROM tokens')[0]);

async function textOf({ body }: Reply): Promise<string> {
  return await textIn(Buffer.from(String(body.qrCode), 'base64')) ?? '';
}

async function claimsOf(reply: Reply): Promise<TokenClaims> {
  const read = readToken(await textOf(reply));
  if (!read.ok) throw new Error(read.reason);
  return read.token.claims;
}

test('asked again with the same requestId, the same code with the same picture is answered and none issued', async () => {
  const body = { ...plain, requestId: requestId(), maxUses: 2, reentryGraceSec: 20, hours: 'deliveries', extended: true, holder: { name: 'Ada' }, auditPrincipal: 'ada' };
  const first = await generate(body);
  assert.is(first.status, 200);
  const before = issuedCount();
  it.clock.advance(600_000);
  const again = await generate(body);
  assert.equal(again, first);
  assert.equal(issuedCount(), before);
  assert.is(String(rows('SELECT count(*) FROM audit WHERE action = \'token-issued\' AND subject = ?', first.body.accessTokenUuid)[0]), '1');
});

test('a requestId sent twenty times at once issues one code', async () => {
  const body = { ...plain, requestId: requestId() };
  const before = Number(issuedCount());
  const replies = await Promise.all(Array.from({ length: 20 }, () => generate(body)));
  assert.is(new Set(replies.map((reply) => JSON.stringify(reply))).size, 1);
  assert.is(replies[0]?.status, 200);
  assert.is(Number(issuedCount()), before + 1);
});

test('the same door in its other spelling is the same request, and how the answer shall look is no part of it', async () => {
  const id = requestId();
  const first = await generate({ ...plain, requestId: id });
  const again = await generate({ ...plain, accessControlledDoorUuid: '00010203-0405-0607-0809-0a0b0c0d0e0f', requestId: id, includeText: true });
  assert.is(again.body.accessTokenUuid, first.body.accessTokenUuid);
  assert.is(again.body.code, await textOf(first));
});

const others: [what: string, changed: object][] = [
  ['door', { accessControlledDoorUuid: BACK }],
  ['duration', { validDurationSec: 3601 }],
  ['uses', { maxUses: 1 }],
  ['beginning', { notBefore: '2026-03-03T09:00:00Z' }],
  ['hours', { hours: 'night' }],
  ['extended time', { extended: true }],
  ['rotation', { rotating: true }],
  ['holder', { holder: { email: 'ada@example.org' } }],
  ['principal', { auditPrincipal: 'bob' }],
];
for (const [what, changed] of others) {
  test(`the same requestId with another ${what} is 409 request-id-reused, and issues nothing`, async () => {
    const body = { ...plain, requestId: requestId() };
    await generate(body);
    const before = issuedCount();
    const { status, body: answer } = await generate({ ...body, ...changed });
    assert.equal([status, answer.code], [409, 'request-id-reused']);
    assert.equal(issuedCount(), before);
  });
}

test('a requestId lives as long as its code: then it is free for another', async () => {
  const body = { ...plain, validDurationSec: 60, requestId: requestId() };
  const first = await generate(body);
  it.clock.advance(59_000);
  assert.is((await generate(body)).body.accessTokenUuid, first.body.accessTokenUuid);
  it.clock.advance(1_000);
  const later = await generate({ ...body, validDurationSec: 120 });
  assert.is(later.status, 200);
  assert.is.not(later.body.accessTokenUuid, first.body.accessTokenUuid);
});

test('the requestIds of codes that have expired are forgotten as others come', async () => {
  for (let i = 0; i < 6; i++) await generate({ ...plain, validDurationSec: 60, requestId: requestId() });
  it.clock.advance(61_000);
  for (let i = 0; i < 6; i++) await generate({ ...plain, requestId: requestId() });
  assert.equal(rows('SELECT count(*) FROM issue_requests WHERE expires_at_s <= ?', it.clock.wallMs() / 1000), [[0]]);
});

test('the code of a requestId that was revoked does not come back, and a suspended one is the same code', async () => {
  const body = { ...plain, requestId: requestId() };
  const { accessTokenUuid } = (await generate(body)).body;
  await it.post(`${QR}suspendQRAccessCode`, { accessTokenUuid });
  assert.is((await generate(body)).body.accessTokenUuid, accessTokenUuid);
  await it.post(`${QR}revokeQRAccessCode`, { accessTokenUuid });
  const { status, body: answer } = await generate(body);
  assert.equal([status, answer.code], [409, 'token-revoked']);
});

test('a code for several doors opens each, and its uses are counted at all together', async () => {
  const reply = await generate({ accessControlledDoorUuids: [BACK, FRONT], validDurationSec: 3600, maxUses: 2 });
  assert.is(reply.body.doorUuid, BACK, 'the first, which counts its uses');
  const text = await textOf(reply);
  assert.equal([await it.verdict(text, FRONT), await it.verdict(text, BACK), await it.verdict(text, FRONT)], ['granted', 'granted', 'used-up']);
});

test('who a code is for is kept with it, and stands in no token, list or log', async () => {
  const holder = { name: 'Zoë Ångström', email: 'zoe.secret@example.org' };
  const reply = await generate({ ...plain, holder, includeText: true });
  assert.equal(rows('SELECT holder_name, holder_email FROM tokens WHERE id = ?', Buffer.from(String(reply.body.accessTokenUuid), 'base64url')), [[holder.name, holder.email]]);
  const list = Buffer.from(await (await it.get(`/api/postern/tokenlist/${FRONT}`)).arrayBuffer());
  const read = readToken(String(reply.body.code));
  const payload = read.ok ? Buffer.from(read.token.signed.payload) : Buffer.alloc(0);
  // Long enough not to be in random bytes by chance.
  for (const part of ['Zoë', 'Zo\\u00eb', 'zoe.secret']) {
    assert.is(list.includes(part), false, 'in the list');
    assert.is(payload.includes(part), false, 'in the token');
    assert.is(logged.includes(part), false, 'in the log');
  }
  assert.is(logged.includes(String(reply.body.code)), false, '[S7] no token text in the log');
});

test('the text of a code is answered only when it is asked for', async () => {
  const without = await generate(plain);
  assert.is('code' in without.body, false);
  const withText = await generate({ ...plain, includeText: true });
  assert.is(withText.body.code, await textOf(withText));
});

test('null for what is left out is taken as absent', async () => {
  const { status } = await generate({ ...plain, accessControlledDoorUuids: null, notBefore: null, maxUses: null, reentryGraceSec: null, hours: null, extended: null, rotating: null, holder: null, requestId: null, includeText: null, auditPrincipal: null });
  assert.is(status, 200);
});

test('the longest code there is, eight doors with every option, comes as a picture too', async () => {
  const doors = Array.from({ length: 8 }, (_, i) => Buffer.alloc(16, 0x50 + i).toString('base64url'));
  for (const uuid of doors) it.backend.addDoor({ uuid, name: uuid });
  const reply = await generate({ accessControlledDoorUuids: doors, validDurationSec: 86_400, maxUses: 65_535, reentryGraceSec: 300, hours: 'h'.repeat(32), extended: true, rotating: true, notBefore: new Date(it.clock.wallMs() + 60_000).toISOString() });
  assert.is(reply.status, 200);
  assert.is((await claimsOf(reply)).doors.length, 8);
});

const bad: [situation: string, body: object, status: number, code: string][] = [
  ['no door', { validDurationSec: 3600 }, 400, 'request-bad'],
  ['a door and several', { ...plain, accessControlledDoorUuids: [BACK] }, 400, 'request-bad'],
  ['no door among several', { accessControlledDoorUuids: [], validDurationSec: 3600 }, 400, 'request-bad'],
  ['nine doors', { accessControlledDoorUuids: Array.from({ length: 9 }, (_, i) => Buffer.alloc(16, i).toString('base64url')), validDurationSec: 3600 }, 400, 'request-bad'],
  ['a door twice', { accessControlledDoorUuids: [FRONT, BACK, FRONT], validDurationSec: 3600 }, 400, 'door-twice'],
  ['a door twice in two spellings', { accessControlledDoorUuids: [FRONT, '00010203-0405-0607-0809-0A0B0C0D0E0F'], validDurationSec: 3600 }, 400, 'door-twice'],
  ['one door of several unknown', { accessControlledDoorUuids: [FRONT, 'AAECAwQFBgcICQoLDA0OAA'], validDurationSec: 3600 }, 404, 'door-unknown'],
  ['one door of several without a camera', { accessControlledDoorUuids: [FRONT, GARAGE], validDurationSec: 3600 }, 409, 'door-without-qr'],
  ['no end', { accessControlledDoorUuid: FRONT }, 400, 'request-bad'],
  ['null as its end', { ...plain, validDurationSec: null }, 400, 'request-bad'],
  ['0 s', { ...plain, validDurationSec: 0 }, 400, 'duration-bad'],
  ['-1 s, which elsewhere means for ever', { ...plain, validDurationSec: -1 }, 400, 'duration-bad'],
  ['59 s', { ...plain, validDurationSec: 59 }, 400, 'duration-bad'],
  ['the greatest whole number', { ...plain, validDurationSec: Number.MAX_SAFE_INTEGER }, 400, 'duration-bad'],
  ['a requestId of 15 characters', { ...plain, requestId: 'x'.repeat(15) }, 400, 'request-bad'],
  ['a requestId of 65 characters', { ...plain, requestId: 'x'.repeat(65) }, 400, 'request-bad'],
  ['a requestId with a blank', { ...plain, requestId: 'order of yesterday' }, 400, 'request-bad'],
  ['a requestId that is a number', { ...plain, requestId: 1234567890123456 }, 400, 'request-bad'],
  ['a holder in words', { ...plain, holder: 'Ada' }, 400, 'request-bad'],
  ['a holder with a field more', { ...plain, holder: { name: 'Ada', phone: '1' } }, 400, 'request-bad'],
  ['a holder\'s name with a line break', { ...plain, holder: { name: 'Ada\r\nBcc: x' } }, 400, 'request-bad'],
  ['an address that is none', { ...plain, holder: { email: 'ada' } }, 400, 'request-bad'],
  ['an address with a line break', { ...plain, holder: { email: 'a@b\n.c' } }, 400, 'request-bad'],
  ['includeText as a word', { ...plain, includeText: 'yes' }, 400, 'request-bad'],
  ['a grace without uses', { ...plain, reentryGraceSec: 30 }, 400, 'grace-bad'],
  ['a beginning in the past', { ...plain, notBefore: '2020-01-01T00:00:00Z' }, 400, 'begin-bad'],
];
for (const [situation, body, status, code] of bad) {
  test(`a request with ${situation}: ${status} ${code}; nothing is issued and no requestId kept`, async () => {
    const before = [issuedCount(), rows('SELECT count(*) FROM issue_requests')];
    const reply = await generate(body);
    assert.equal([reply.status, reply.body.code], [status, code]);
    assert.equal([issuedCount(), rows('SELECT count(*) FROM issue_requests')], before);
  });
}

test('a refused request leaves its requestId free', async () => {
  const id = requestId();
  assert.is((await generate({ ...plain, validDurationSec: 1, requestId: id })).status, 400);
  assert.is((await generate({ ...plain, requestId: id })).status, 200);
});

test('requestIds outlive the process: the same code comes again after a restart', async () => {
  const dir = mkdtempSync(join(folder, 'restarted-'));
  const before = await ServedBackend.open(dir);
  const body = { ...plain, rotating: true, requestId: requestId() };
  const first = await before.post(GENERATE, body);
  await before.close();
  const after = await ServedBackend.open(dir);
  assert.equal(await after.post(GENERATE, body), first);
  await after.close();
});

test.run();
