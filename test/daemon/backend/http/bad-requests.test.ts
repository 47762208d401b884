import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT, ServedBackend } from '../served-backend.ts';
import { exchange, RawConnection, type RawAnswer } from './raw-connection.ts';

const QR = '/api/accesscontrol/qr/';
const GENERATE = `${QR}generateQRAccessCode`;
const HEALTH = '/api/postern/health';

const dir = mkdtempSync(join(tmpdir(), 'postern-bad-requests-'));
const logged: string[] = [];
let it: ServedBackend;
let watch: Database.Database;
test.before(async () => {
  const hear = (message: string, fields: object = {}): number => logged.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: hear, info: hear, warn: hear, error: hear };
  it = await ServedBackend.open(dir, { log, limits: { headersMs: 400, requestMs: 600, checkEveryMs: 50, unreadAnswerMs: 400, connections: 20 } });
  watch = new Database(join(dir, 'backend.sqlite'), { readonly: true });
});
test.after(async () => {
  watch.close();
  await it.close();
  rmSync(dir, { recursive: true });
});

/** Changes with every commit of another connection to the database, whatever it changed. */
const state = (): unknown => watch.pragma('data_version', { simple: true });

const auth = (): string => `x-auth-scheme: api-token\r\nx-auth-apikey: ${it.adminKey}\r\n`;
const plain = { accessControlledDoorUuid: FRONT, validDurationSec: 3600 };
const body = JSON.stringify(plain);
/** A request for a code that is right, but for what is put in its place. */
const generate = (headers: string, content: string): string => `POST ${GENERATE} HTTP/1.1\r\nhost: x\r\n${auth()}${headers}\r\n${content}`;
const json = (content: string): string => generate(`content-type: application/json\r\ncontent-length: ${Buffer.byteLength(content)}\r\nconnection: close\r\n`, content);
const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\nhost: x\r\n${auth()}${headers}connection: close\r\n\r\n`;

async function healthy(): Promise<void> {
  assert.equal(await (await fetch(it.url + HEALTH)).json(), { status: 'ok' }, 'the next caller is served');
}

function assertRefused(answer: RawAnswer | undefined, status: number, code: string): void {
  assert.is(answer?.status, status, JSON.stringify(answer?.json));
  assert.is(answer?.json?.code, code, String(answer?.json?.errorMsg));
  assert.is(answer?.json?.error, true);
  assert.match(String(answer?.json?.errorMsg), /^[A-Za-z].* .*\.$/s, 'a sentence');
  assert.match(answer?.headers['content-type'] ?? '', /^application\/json/);
}

/** The request is refused as said and nothing is committed by it. */
function refused(situation: string, request: () => (string | Uint8Array)[] | string, status: number, code: string, also: (answer: RawAnswer) => void = () => {}): void {
  test(`${situation}: ${status} ${code}, and nothing changes`, async () => {
    const before = state();
    const [answer, ...more] = await exchange(it.url, ...[request()].flat());
    assertRefused(answer, status, code);
    assert.equal(more, [], 'one answer');
    also(answer as RawAnswer);
    assert.is(state(), before);
    await healthy();
  });
}

test('the state that is compared does change when a code is issued', async () => {
  const before = state();
  assert.is((await exchange(it.url, json(body)))[0]?.status, 200);
  assert.is.not(state(), before);
});

const bytes = (text: string, ...values: number[]): Buffer => Buffer.concat([Buffer.from(text), Buffer.from(values)]);
const post = (content: Buffer): Uint8Array[] => [Buffer.from(generate(`content-length: ${content.length}\r\nconnection: close\r\n`, '')), content];
const deep = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

// What is in a body
refused('half a body, said to be whole', () => json('{"accessControlledDoorUuid":'), 400, 'not-json');
refused('JSON with a comma too many', () => json('{"validDurationSec": 60,}'), 400, 'not-json');
refused('JSON with a comment', () => json('{"validDurationSec": 60 /* a minute */}'), 400, 'not-json');
refused('two JSON texts', () => json(`${body}${body}`), 400, 'not-json');
refused('a body of blanks', () => json('   '), 400, 'not-json');
refused('NaN', () => json(body.replace('3600', 'NaN')), 400, 'not-json');
refused('Infinity', () => json(body.replace('3600', '-Infinity')), 400, 'not-json');
refused('a number beyond all numbers', () => json(body.replace('3600', '1e400')), 400, 'request-bad');
refused('a number of four hundred digits', () => json(body.replace('3600', '9'.repeat(400))), 400, 'request-bad');
refused('a whole number no double holds', () => json(body.replace('3600', '9007199254740993')), 400, 'request-bad');
refused('a number in quotes', () => json(body.replace('3600', '"3600"')), 400, 'request-bad');
refused('a door that is a list', () => json(body.replace(`"${FRONT}"`, `["${FRONT}"]`)), 400, 'request-bad');
refused('a door that is an object', () => json(body.replace(`"${FRONT}"`, '{"toString": 1}')), 400, 'request-bad');
refused('true', () => json('true'), 400, 'request-bad');
refused('Latin-1', () => post(Buffer.from(body.replace('}', ',"auditPrincipal":"José"}'), 'latin1')), 400, 'not-utf-8');
refused('UTF-16', () => post(Buffer.from(`\ufeff${body}`, 'utf16le')), 400, 'not-utf-8');
refused('an overlong slash', () => post(bytes('{"a":"', 0xc0, 0xaf, 0x22, 0x7d)), 400, 'not-utf-8');
refused('a surrogate in UTF-8', () => post(bytes('{"a":"', 0xed, 0xa0, 0x80, 0x22, 0x7d)), 400, 'not-utf-8');
refused('half a surrogate as an escape', () => json(body.replace('}', ',"auditPrincipal":"\\ud800"}')), 400, 'request-bad');
refused('a NUL in a principal', () => json(body.replace('}', ',"auditPrincipal":"a\\u0000b"}')), 400, 'request-bad');
refused('33 levels', () => json(deep(33)), 400, 'too-deep');
refused('thirty thousand levels', () => json(deep(30_000)), 400, 'too-deep');
refused('a field twice', () => json(body.replace('}', ',"validDurationSec":60}')), 400, 'duplicate-key', ({ json: answer }) => assert.match(String(answer?.errorMsg), /"validDurationSec"/));
refused('a field twice, once in escapes', () => json(body.replace('}', ',"validDurationSe\\u0063":60}')), 400, 'duplicate-key', ({ json: answer }) => assert.match(String(answer?.errorMsg), /"validDurationSec"/));
refused('a field twice with the same value', () => json(body.replace('}', ',"validDurationSec":3600}')), 400, 'duplicate-key');
refused('a field twice within a list within an object', () => json('{"a":[{"b":1},{"b":1,"c":{"d":1,"d":1}}]}'), 400, 'duplicate-key', ({ json: answer }) => assert.match(String(answer?.errorMsg), /"d"/));
refused('__proto__', () => json(body.replace('}', ',"__proto__":{"maxUses":1}}')), 400, 'request-bad');
refused('constructor', () => json(body.replace('}', ',"constructor":{"prototype":{}}}')), 400, 'request-bad');
refused('a field that issuing does not know', () => json(body.replace('}', ',"maxUse":1}')), 400, 'request-bad', ({ json: answer }) => assert.match(String(answer?.errorMsg), /"maxUse".*restrict/));
refused('null for a field that must be there', () => json(body.replace('3600', 'null')), 400, 'request-bad', ({ json: answer }) => assert.match(String(answer?.errorMsg), /validDurationSec: .*a code always has an end/));

// What is said of a body
refused('a form', () => generate(`content-type: application/x-www-form-urlencoded\r\ncontent-length: 3\r\nconnection: close\r\n`, 'a=b'), 415, 'content-type-bad');
refused('JSON that is said to be a patch', () => generate(`content-type: application/json-patch+json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n`, body), 415, 'content-type-bad');
refused('another charset', () => generate(`content-type: application/json; charset=iso-8859-1\r\ncontent-length: ${body.length}\r\nconnection: close\r\n`, body), 415, 'content-type-bad');
refused('two content types', () => generate(`content-type: application/json\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n`, body), 400, 'http-bad');
refused('a compressed body', () => generate(`content-encoding: gzip\r\ncontent-length: ${body.length}\r\nconnection: close\r\n`, body), 415, 'content-encoding-bad', ({ headers }) => assert.is(headers['accept-encoding'], 'identity'));
refused('a body said to be too large', () => generate('content-length: 70000\r\n', 'x'.repeat(70_000)), 413, 'too-large');
refused('a body said to be of a terabyte', () => generate('content-length: 1099511627776\r\n', ''), 413, 'too-large');
refused('a body in chunks that are too many', () => generate('transfer-encoding: chunked\r\n', `${'1000\r\n'}${'x'.repeat(4096)}\r\n`.repeat(20) + '0\r\n\r\n'), 413, 'too-large');
refused('a download with a body', () => `GET /api/postern/keyset HTTP/1.1\r\nhost: x\r\n${auth()}content-length: 2\r\nconnection: close\r\n\r\n{}`, 400, 'body-unexpected');

// Requests that two readers could read as two
refused('a length and chunks', () => generate('content-length: 4\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n'), 400, 'http-bad');
refused('chunks and a length', () => generate('transfer-encoding: chunked\r\ncontent-length: 4\r\n', '0\r\n\r\n'), 400, 'http-bad');
refused('two lengths', () => generate('content-length: 2\r\ncontent-length: 3\r\n', '{}'), 400, 'http-bad');
refused('the same length twice', () => generate('content-length: 2\r\ncontent-length: 2\r\n', '{}'), 400, 'http-bad');
refused('a length with a sign', () => generate('content-length: +2\r\n', '{}'), 400, 'http-bad');
refused('a length in hex', () => generate('content-length: 0x2\r\n', '{}'), 400, 'http-bad');
refused('a negative length', () => generate('content-length: -1\r\n', '{}'), 400, 'http-bad');
refused('chunks that are not said last', () => generate('transfer-encoding: chunked, gzip\r\n', '0\r\n\r\n'), 400, 'http-bad');
refused('a word that looks like chunked', () => generate('transfer-encoding: xchunked\r\n', '0\r\n\r\n'), 400, 'http-bad');
refused('a chunk of no size', () => generate('transfer-encoding: chunked\r\n', 'zz\r\nab\r\n0\r\n\r\n'), 400, 'http-bad');
refused('a chunk that is longer than it says', () => generate('transfer-encoding: chunked\r\n', '1\r\nab\r\n0\r\n\r\n'), 400, 'http-bad');
refused('a header over two lines', () => get(HEALTH, 'x-long: a\r\n b\r\n'), 400, 'http-bad');
refused('a blank before the colon', () => get(HEALTH, 'content-length : 0\r\n'), 400, 'http-bad');
refused('a header without a name', () => get(HEALTH, ': a\r\n'), 400, 'http-bad');
refused('a NUL in a header', () => get(HEALTH, 'x-a: a\u0000b\r\n'), 400, 'http-bad');
refused('a lone CR in a header', () => get(HEALTH, 'x-a: a\rb\r\n'), 400, 'http-bad');
refused('no host', () => `GET ${HEALTH} HTTP/1.1\r\nconnection: close\r\n\r\n`, 400, 'http-bad');
refused('two hosts', () => get(HEALTH, 'host: y\r\n'), 400, 'http-bad');
refused('two keys', () => get('/api/accesscontrol/door/getDoorsForOrg', 'x-auth-apikey: a.b\r\n'), 400, 'http-bad');
refused('a greeting in TLS', () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', 400, 'http-bad');
refused('HTTP/2 at once', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'http-bad');
refused('no HTTP at all', () => 'hello\r\n\r\n', 400, 'http-bad');
refused('a version nobody speaks', () => `GET ${HEALTH} HTTP/3.9\r\n\r\n`, 400, 'http-bad');

// Methods
for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
  test(`${method} for a call that takes POST: 405, and Allow says so`, async () => {
    const before = state();
    const [answer] = await exchange(it.url, `${method} ${GENERATE} HTTP/1.1\r\nhost: x\r\n${auth()}connection: close\r\n\r\n`);
    assert.is(answer?.status ?? (method === 'HEAD' ? 405 : 0), 405);
    if (method !== 'HEAD') assertRefused(answer, 405, 'wrong-method');
    if (answer) assert.is(answer.headers.allow, 'POST');
    assert.is(state(), before);
  });
}
refused('CONNECT', () => 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n', 405, 'wrong-method', ({ headers }) => assert.match(headers.allow ?? '', /GET/));
refused('a method nobody knows', () => `BREW ${HEALTH} HTTP/1.1\r\nhost: x\r\n\r\n`, 400, 'http-bad');
refused('DELETE for a download', () => `DELETE /api/postern/keyset HTTP/1.1\r\nhost: x\r\n${auth()}connection: close\r\n\r\n`, 405, 'wrong-method', ({ headers }) => assert.is(headers.allow, 'GET, HEAD'));
refused('a call that takes GET and POST, by PUT', () => `PUT /api/accesscontrol/door/getDoorsForOrg HTTP/1.1\r\nhost: x\r\n${auth()}connection: close\r\n\r\n`, 405, 'wrong-method', ({ headers }) => assert.is(headers.allow, 'GET, HEAD, POST'));

// Paths
for (const path of ['/', '/api', '/api/postern', `/${HEALTH}`, '/api//postern/health', `${HEALTH}/`, `${HEALTH}/../health`, '/api/postern/./health', '/api/postern/%68ealth', '/api/postern/%2e%2e/health',
  '/api/postern%2fhealth', '/api\\postern\\health', `${HEALTH}%00`, `${HEALTH};a=b`, '/constructor', '/__proto__', '/api/postern/tokenlist/', `/api/postern/tokenlist/${FRONT}/1/x`, '*', 'http://x', '//x/api/postern/health']) {
  refused(`the path ${path}`, () => get(path), 404, 'no-such-call');
}
refused('a slash too many', () => get(`${HEALTH}/`), 404, 'no-such-call', ({ json: answer }) => assert.match(String(answer?.errorMsg), /slash/));
for (const door of ['..%2f..%2fetc%2fpasswd', '%00', '%2e%2e', encodeURIComponent('\' OR 1=1 --'), 'a'.repeat(1_000)]) refused(`the door ${door.slice(0, 40)}`, () => get(`/api/postern/tokenlist/${door}`), 400, 'door-uuid-bad');
for (const door of ['%', '%zz', '%c0%af', '%ff']) refused(`the door ${door}`, () => get(`/api/postern/tokenlist/${door}`), 400, 'path-bad');
refused('a path of 3,000 characters', () => get(`/${'a'.repeat(3_000)}`), 414, 'path-too-long');
refused('a path of 20,000 characters', () => get(`/${'a'.repeat(20_000)}`), 431, 'headers-too-large');
refused('a query where none belongs', () => get(`${HEALTH}?verbose=1`), 400, 'query-bad');
refused('a key in the query', () => `GET /api/postern/keyset?x-auth-apikey=${it.adminKey} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`, 401, 'no-key');

// Headers
refused('five thousand headers', () => get(HEALTH, 'a: b\r\n'.repeat(5_000)), 431, 'headers-too-large');
refused('a header of 100,000 characters', () => get(HEALTH, `x-long: ${'a'.repeat(100_000)}\r\n`), 431, 'headers-too-large');
refused('another expectation', () => get(HEALTH, 'expect: the-spanish-inquisition\r\n'), 417, 'expectation-bad');

// Time
refused('headers that never end', () => `GET ${HEALTH} HTTP/1.1\r\nhost: x\r\n`, 408, 'too-slow');
refused('a body that never ends', () => generate('content-length: 50\r\n', '{"accessControlledDoor'), 408, 'too-slow');
refused('a body in chunks that never ends', () => generate('transfer-encoding: chunked\r\n', '5\r\n{"acc\r\n'), 408, 'too-slow');

test('headers that come a byte at a time are cut off, however lively', async () => {
  const connection = await RawConnection.open(it.url);
  connection.send(`GET ${HEALTH} HTTP/1.1\r\nhost: x\r\nx-slow: `);
  const drip = setInterval(() => connection.send('a'), 20);
  const [answer] = await connection.ended();
  clearInterval(drip);
  assertRefused(answer, 408, 'too-slow');
  await healthy();
});

test('a body that comes a byte at a time is cut off, however lively', async () => {
  const before = state();
  const connection = await RawConnection.open(it.url);
  connection.send(generate('content-length: 5000\r\n', '{"a":"'));
  const drip = setInterval(() => connection.send('a'), 20);
  const [answer] = await connection.ended();
  clearInterval(drip);
  assertRefused(answer, 408, 'too-slow');
  assert.is(state(), before);
});

test('a caller who goes away in the middle of a body changes nothing and is no failure of the backend', async () => {
  const before = state();
  const failures = logged.filter((line) => line.startsWith('a request failed')).length;
  const connection = await RawConnection.open(it.url);
  connection.send(generate(`content-length: ${body.length}\r\n`, body.slice(0, -1)));
  await healthy();
  connection.close();
  await connection.ended();
  await healthy();
  assert.is(state(), before);
  assert.is(logged.filter((line) => line.startsWith('a request failed')).length, failures);
});

test('a caller who asks and asks and never reads is cut off, and what waits behind the answers is never done', async () => {
  // Room for that one caller, so that others are told when it is gone.
  const small = await ServedBackend.open(undefined, { limits: { connections: 1, unreadAnswerMs: 400 } });
  const issued = async (): Promise<number> => ((await small.post(`${QR}getQRAccessCodes`, {})).body.qrAccessCodes as unknown[]).length;
  const connection = await RawConnection.open(small.url);
  connection.socket.pause();
  // More answers than the system keeps for one connection.
  for (let i = 0; i < 400; i++) connection.send('GET /api/postern/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n');
  connection.send(json(body).replace(it.adminKey, small.adminKey));
  let statuses: number[] = [];
  while (statuses.at(-1) !== 200) statuses = [...statuses.slice(0, 1), (await exchange(small.url, get(HEALTH)))[0]?.status ?? 0];
  assert.is(statuses[0], 503, 'it was there');
  assert.is(await issued(), 0);
  connection.close();
  await small.close();
});

// What is unusual and right
const taken: [situation: string, request: () => string | Uint8Array[]][] = [
  ['header names in capitals', () => `POST ${GENERATE} HTTP/1.1\r\nHOST: x\r\nX-AUTH-SCHEME: api-token\r\nX-Auth-ApiKey: ${it.adminKey}\r\nContent-Type: application/json\r\nCONTENT-LENGTH: ${body.length}\r\nConnection: close\r\n\r\n${body}`],
  ['a byte order mark', () => post(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]))],
  ['JSON in UTF-8 by its type', () => generate(`content-type: Application/JSON; Charset="UTF-8"\r\ncontent-length: ${body.length}\r\nconnection: close\r\n`, body)],
  ['no content type', () => generate(`content-length: ${body.length}\r\nconnection: close\r\n`, body)],
  ['a body in chunks', () => generate('transfer-encoding: chunked\r\nconnection: close\r\n', `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)],
  ['null for what is left out', () => json(body.replace('}', ',"auditPrincipal":null,"maxUses":null,"rotating":null}'))],
  ['a target with scheme and host', () => json(body).replace(GENERATE, `http://backend.example${GENERATE}`)],
  ['a wish for an upgrade', () => json(body).replace('connection: close', 'connection: upgrade, close\r\nupgrade: websocket')],
  ['HTTP/1.0', () => json(body).replace('HTTP/1.1\r\nhost: x', 'HTTP/1.0')],
];
for (const [situation, request] of taken) {
  test(`${situation}: the code is issued`, async () => {
    const [answer] = await exchange(it.url, ...[request()].flat());
    assert.is(answer?.status, 200, JSON.stringify(answer?.json));
    assert.is(answer?.json?.doorUuid, FRONT);
  });
}

test('32 levels of nesting are read', async () => {
  const [answer] = await exchange(it.url, json(deep(32)));
  assert.is(answer?.json?.code, 'request-bad');
});

test('whoever waits for "100 Continue" is told to go on, or at once why not', async () => {
  const right = await RawConnection.open(it.url);
  right.send(generate(`content-length: ${body.length}\r\nexpect: 100-continue\r\nconnection: close\r\n`, ''));
  while (!right.received.startsWith('HTTP/1.1 100 Continue')) await new Promise((resolve) => right.socket.once('data', resolve));
  right.send(body);
  assert.is((await right.ended())[0]?.status, 200);
  const [wrong] = await exchange(it.url, `POST ${GENERATE} HTTP/1.1\r\nhost: x\r\ncontent-length: 70000\r\nexpect: 100-continue\r\n\r\n`);
  assertRefused(wrong, 401, 'no-key');
});

test('a hundred requests at once on one connection are answered in their order', async () => {
  const connection = await RawConnection.open(it.url);
  for (let i = 0; i < 100; i++) connection.send(i % 2 === 0 ? `GET ${HEALTH} HTTP/1.1\r\nhost: x\r\n\r\n` : `GET /no/${i} HTTP/1.1\r\nhost: x\r\n\r\n`);
  const answers = await connection.answers(100);
  connection.close();
  assert.equal(answers.map(({ status }) => status), Array.from({ length: 100 }, (_, i) => i % 2 === 0 ? 200 : 404));
});

test('a refusal that was read to its end keeps the connection for the next request', async () => {
  const connection = await RawConnection.open(it.url);
  connection.send(generate(`content-length: 2\r\n`, '{}') + generate(`content-length: 2\r\n`, '{}'));
  const answers = await connection.answers(2);
  connection.close();
  assert.equal(answers.map(({ json: answer }) => answer?.code), ['request-bad', 'request-bad']);
});

test('a sender of five hundred kilobytes reads why they are refused', async () => {
  const answer = await fetch(it.url + GENERATE, { method: 'POST', headers: { ...it.auth(it.adminKey), 'content-type': 'application/json' }, body: ' '.repeat(500_000) });
  assert.is(answer.status, 413);
  assert.is((await answer.json() as { code: string }).code, 'too-large');
});

test('more connections than are answered are told that it is busy, even more are not taken, and then all is well again', async () => {
  const small = await ServedBackend.open(undefined, { limits: { connections: 20 } });
  const held: RawConnection[] = [];
  for (let i = 0; i < 30; i++) held.push(await RawConnection.open(small.url));
  // Half as many again as are answered are there: one more is closed without a word.
  assert.equal(await exchange(small.url), []);
  const last = held.at(-1) as RawConnection;
  last.send(get(HEALTH));
  const [answer] = await last.ended();
  assertRefused(answer, 503, 'busy');
  assert.is(answer?.headers['retry-after'], '5');
  const first = held[0] as RawConnection;
  first.send(get(HEALTH));
  assert.is((await first.ended())[0]?.status, 200, 'whoever was there before is served');
  for (const connection of held) connection.close();
  await Promise.all(held.map((connection) => connection.ended()));
  let status = 503;
  while (status === 503) status = (await exchange(small.url, get(HEALTH)))[0]?.status ?? 503;
  assert.is(status, 200);
  await small.close();
});

test('a flood of refused requests is a line a minute of each kind', async () => {
  const lines = (): string[] => logged.filter((line) => line.includes('no-such-call'));
  it.clock.advance(60_000);
  await exchange(it.url, get('/no'));
  logged.length = 0;
  for (let i = 0; i < 50; i++) await exchange(it.url, get('/no'));
  assert.equal(lines(), []);
  it.clock.advance(60_000);
  await exchange(it.url, get('/no'));
  assert.equal(lines(), ['requests were refused {"status":404,"code":"no-such-call","times":51}']);
});

test.run();
