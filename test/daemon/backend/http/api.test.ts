import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { textIn } from '../../../../daemon/backend/codes/code-picture.ts';
import { readToken } from '../../../../daemon/base/token.ts';
import { BACK, FRONT, GARAGE, ServedBackend, type Reply } from '../served-backend.ts';

const QR = '/api/accesscontrol/qr/';
const GENERATE = `${QR}generateQRAccessCode`;

let it: ServedBackend;
test.before(async () => {
  it = await ServedBackend.open();
});
test.after(() => it.close());

const codeCount = async (): Promise<number> => ((await it.post(`${QR}getQRAccessCodes`, {})).body.qrAccessCodes as unknown[]).length;

test('a code asked for with the published fields alone comes with its picture', async () => {
  const { status, body } = await it.post(GENERATE, { accessControlledDoorUuid: FRONT, validDurationSec: 3600, auditPrincipal: 'ada@example.org' });
  assert.is(status, 200);
  assert.is(body.doorUuid, FRONT);
  assert.is(body.expiresAt, new Date(it.clock.wallMs() + 3_600_000).toISOString());
  assert.equal(Buffer.from(String(body.qrCode), 'base64').subarray(0, 8), Buffer.from('89504e470d0a1a0a', 'hex'), 'a PNG');
  const listed = (await it.post(`${QR}getQRAccessCodes`, {})).body.qrAccessCodes as Record<string, unknown>[];
  assert.equal(listed.find((code) => code.accesTokenUuid === body.accessTokenUuid), {
    accesTokenUuid: body.accessTokenUuid, accessTokenUuid: body.accessTokenUuid, auditPrincipal: 'ada@example.org', doorUuid: FRONT,
    expirationTimeSec: it.clock.wallMs() / 1000 + 3600, status: 'active', maxUses: null, usesCounted: 0,
  });
});

test('every option that was asked for is in the code, and its door takes it', async () => {
  const notBefore = new Date(it.clock.wallMs() + 60_000).toISOString();
  const { body } = await it.post(GENERATE, {
    accessControlledDoorUuid: '00010203-0405-0607-0809-0a0b0c0d0e0f', validDurationSec: 600, notBefore, maxUses: 3, reentryGraceSec: 30, hours: 'deliveries', extended: true,
  });
  const text = await textIn(Buffer.from(String(body.qrCode), 'base64')) ?? '';
  const read = readToken(text);
  if (!read.ok) throw new Error(read.reason);
  const { id, doors } = read.token.claims;
  const nowS = it.clock.wallMs() / 1000;
  assert.equal(read.token.claims, { id, doors, issuedAtS: nowS, notBeforeS: nowS + 60, expiresAtS: nowS + 660, uses: 3, reentryGraceS: 30, hours: 'deliveries', extended: true });
  assert.is(await it.verdict(text), 'not-yet-valid');
});

test('codes are listed a page at a time, each once', async () => {
  for (let i = 0; i < 5; i++) it.backend.issue({ doors: [BACK], validS: 3600 });
  const total = await codeCount();
  const seen: string[] = [];
  let lastEvaluatedKey: unknown = null;
  do {
    const { body } = await it.post(`${QR}getQRAccessCodes`, { maxPageSize: 2, lastEvaluatedKey });
    seen.push(...(body.qrAccessCodes as { accessTokenUuid: string }[]).map((code) => code.accessTokenUuid));
    lastEvaluatedKey = body.lastEvaluatedKey;
  } while (lastEvaluatedKey !== null);
  assert.is(new Set(seen).size, total);
  assert.is(seen.length, total);
});

test('doors are listed with whether they read codes, by GET and by POST', async () => {
  const expected = { accessControlledDoors: [{ uuid: BACK, name: 'Back door', qrEnabled: true }, { uuid: FRONT, name: 'Front door', qrEnabled: true }, { uuid: GARAGE, name: 'Garage', qrEnabled: false }], lastEvaluatedKey: null };
  assert.equal((await it.post('/api/accesscontrol/door/getDoorsForOrg', {})).body, expected);
  const got = await fetch(`${it.url}/api/accesscontrol/door/getDoorsForOrg`, { headers: it.auth(it.adminKey) });
  assert.equal(await got.json(), expected);
});

test('a revoked code says so, and revoking it again changes nothing', async () => {
  const { tokenId } = it.backend.issue({ doors: [FRONT], validS: 3600 });
  assert.equal((await it.post(`${QR}revokeQRAccessCode`, { accessTokenUuid: tokenId })).body, { accessTokenUuid: tokenId, status: 'revoked', changed: true });
  assert.is((await it.post(`${QR}revokeQRAccessCode`, { accessTokenUuid: tokenId })).body.changed, false);
  assert.is((await it.post(`${QR}revokeQRAccessCode`, { accessTokenUuid: 'AAAAAAAAAAAAAAAAAAAAAA' })).body.code, 'token-unknown');
  assert.is((await it.post(`${QR}revokeQRAccessCode`, { accessTokenUuid: 'no id' })).body.code, 'token-id-bad');
});

const plain = { accessControlledDoorUuid: FRONT, validDurationSec: 3600 };
const badBodies: [situation: string, body: string | Uint8Array, status: number, code: string][] = [
  ['no body', '', 400, 'request-bad'],
  ['half a body', '{"accessControlledDoorUuid":', 400, 'not-json'],
  ['a list', '[]', 400, 'request-bad'],
  ['null', 'null', 400, 'request-bad'],
  ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 400, 'not-utf-8'],
  ['65,537 bytes', ' '.repeat(65_537), 413, 'too-large'],
  ['ten thousand opened brackets', '['.repeat(10_000), 400, 'not-json'],
  ['ten thousand nested lists', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, 'too-deep'],
  ['a field nobody knows', JSON.stringify({ ...plain, maxUse: 1 }), 400, 'request-bad'],
  ['a prototype as a field', '{"__proto__": {"validDurationSec": 3600}, "accessControlledDoorUuid": "x"}', 400, 'request-bad'],
  ['a duration in words', JSON.stringify({ ...plain, validDurationSec: '3600' }), 400, 'request-bad'],
  ['a fraction of a second', JSON.stringify({ ...plain, validDurationSec: 3600.5 }), 400, 'request-bad'],
  ['a duration beyond all numbers', JSON.stringify(plain).replace('3600', '1e400'), 400, 'request-bad'],
  ['no duration', JSON.stringify({ accessControlledDoorUuid: FRONT }), 400, 'request-bad'],
  ['a duration of 32 days', JSON.stringify({ ...plain, validDurationSec: 32 * 86_400 }), 400, 'duration-bad'],
  ['a door that is not there', JSON.stringify({ ...plain, accessControlledDoorUuid: 'AAECAwQFBgcICQoLDA0OAA' }), 404, 'door-unknown'],
  ['a door without a camera for codes', JSON.stringify({ ...plain, accessControlledDoorUuid: GARAGE }), 409, 'door-without-qr'],
  ['a door that is no id', JSON.stringify({ ...plain, accessControlledDoorUuid: '../../etc/passwd' }), 400, 'door-uuid-bad'],
  ['a beginning without a zone', JSON.stringify({ ...plain, notBefore: '2026-03-02T09:00:00' }), 400, 'request-bad'],
  ['no uses at all', JSON.stringify({ ...plain, maxUses: 0 }), 400, 'request-bad'],
  ['a grace of an hour', JSON.stringify({ ...plain, maxUses: 1, reentryGraceSec: 3600 }), 400, 'request-bad'],
  ['hours with a path', JSON.stringify({ ...plain, hours: '../x' }), 400, 'request-bad'],
  ['a principal with a line break', JSON.stringify({ ...plain, auditPrincipal: 'a\nb' }), 400, 'request-bad'],
];
for (const [situation, body, status, code] of badBodies) {
  test(`${situation} as a request for a code: ${status} ${code}, and nothing is issued`, async () => {
    const before = await codeCount();
    const response = await fetch(it.url + GENERATE, { method: 'POST', headers: { ...it.auth(it.adminKey), 'content-type': 'application/json' }, body });
    const answer = await response.json() as Reply['body'];
    assert.is(response.status, status);
    assert.is(answer.code, code);
    assert.is(answer.error, true);
    assert.match(String(answer.errorMsg), / .*\.$/s, 'a sentence');
    assert.is(await codeCount(), before);
  });
}

test('a body that is said to be something else than JSON is refused', async () => {
  const response = await fetch(it.url + GENERATE, { method: 'POST', headers: { ...it.auth(it.adminKey), 'content-type': 'text/plain' }, body: JSON.stringify(plain) });
  assert.is(response.status, 415);
});

const badKeys: [situation: string, headers: () => Record<string, string>, status: number, code: string][] = [
  ['without headers', () => ({}), 401, 'no-key'],
  ['with another scheme', () => ({ ...it.auth(it.adminKey), 'x-auth-scheme': 'basic' }), 401, 'no-key'],
  ['without a key', () => ({ 'x-auth-scheme': 'api-token' }), 401, 'wrong-key'],
  ['with an unknown key', () => it.auth('nobody.nothing'), 401, 'wrong-key'],
  ['with half a key', () => it.auth(it.adminKey.slice(0, -1)), 401, 'wrong-key'],
  ['with a key\'s id alone', () => it.auth(it.adminKey.split('.')[0] ?? ''), 401, 'wrong-key'],
  ['with a door\'s key', () => it.auth(it.doorKey), 403, 'wrong-role'],
];
for (const [situation, headers, status, code] of badKeys) {
  test(`[S8] asked ${situation}, every admin's call is refused: ${status}`, async () => {
    for (const path of [GENERATE, `${QR}getQRAccessCodes`, `${QR}revokeQRAccessCode`, '/api/accesscontrol/door/getDoorsForOrg']) {
      const response = await fetch(it.url + path, { method: 'POST', headers: headers(), body: '{}' });
      assert.is(response.status, status, path);
      assert.is((await response.json() as Reply['body']).code, code, path);
      assert.is(response.headers.get('www-authenticate'), status === 401 ? 'api-token' : null, 'RFC 9110 §15.5.2');
    }
  });
}

test('[S8] a door\'s calls are refused without a key, and an admin may make them', async () => {
  for (const path of ['/api/postern/keyset', `/api/postern/tokenlist/${FRONT}`]) {
    assert.is((await fetch(it.url + path)).status, 401);
    assert.is((await fetch(it.url + path, { headers: it.auth(it.adminKey) })).status, 200);
  }
  assert.is((await fetch(`${it.url}${QR}validateQRAccessCode`, { method: 'POST', body: '{}' })).status, 401);
});

test('a wrong method is told which is right, and an unknown path which there are', async () => {
  assert.is((await fetch(it.url + GENERATE, { headers: it.auth(it.adminKey) })).status, 405);
  assert.is((await fetch(`${it.url}/api/postern/keyset`, { method: 'DELETE', headers: it.auth(it.adminKey) })).status, 405);
  for (const path of ['/', '/api', '/api/postern', '/api/postern/keyset/', '/constructor', `${GENERATE}/../x`, '/%00', '//api/postern/keyset']) {
    const response = await fetch(`${it.url}/`.slice(0, -1) + path, { headers: it.auth(it.adminKey) });
    assert.is(response.status, 404, path);
    await response.text();
  }
});

/** Sends bytes as they are; resolves to what came back until the server closed. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(it.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString())).on('close', () => resolve(answer)).on('error', reject);
  });
}

test('headers without end and requests that are none are cut off, and the next caller is served', async () => {
  assert.match(await raw(`GET /api/postern/health HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(5000)}\r\n`), /^HTTP\/1.1 431/);
  assert.match(await raw('\u0016\u0003\u0001 hello\r\n\r\n'), /^HTTP\/1.1 400/);
  assert.match(await raw('GET http://[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'), /^HTTP\/1.1 404/);
  assert.equal(await (await fetch(`${it.url}/api/postern/health`)).json(), { status: 'ok' });
});

test('a question of a door with a part that is not right is refused, and no answer is kept for its nonce', async () => {
  const { text } = it.backend.issue({ doors: [FRONT], validS: 3600 });
  const right = { nonce: it.nonce(), doorUuid: FRONT, code: text, timestampMs: it.clock.wallMs() };
  for (const wrong of [{ nonce: 'short' }, { nonce: 7 }, { doorUuid: 'x' }, { code: '' }, { code: 'x'.repeat(9000) }, { timestampMs: -1 }, { timestampMs: '0' }, { extra: 1 }]) {
    const { status } = await it.post(`${QR}validateQRAccessCode`, { ...right, ...wrong }, it.doorKey);
    assert.is(status, 400, JSON.stringify(wrong).slice(0, 60));
  }
  assert.is((await it.post(`${QR}validateQRAccessCode`, right, it.doorKey)).body.verdict, 'granted');
});

test.run();
