import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { systemClock, VirtualClock } from '../../../../daemon/base/clock.ts';
import { systemRandom } from '../../../../daemon/base/ids.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { change, type PageCall } from '../../../../daemon/report/page/page-call.ts';
import { PageFiles } from '../../../../daemon/report/page/page-files.ts';
import { PageServer } from '../../../../daemon/report/page/page-server.ts';
import { Sessions } from '../../../../daemon/report/page/sessions.ts';
import { OwnDoor, pageAt } from '../../../support/own-door.ts';
import { exchange, RawConnection, type RawAnswer } from '../../backend/http/raw-connection.ts';
import { addUsers, PageReader } from './page-reader.ts';

let door: OwnDoor;
let url: string;
let admin: PageReader;
let stopped = (): Promise<void> => Promise.resolve();
const logged: string[] = [];
const hear = (message: string, fields: object = {}): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
test.before(async () => {
  door = await OwnDoor.open({ clock: new VirtualClock() });
  await addUsers(door.stateDir);
  await door.start({ config: { http: pageAt(0) }, log: { debug: hear, info: hear, warn: hear, error: hear } });
  url = door.app?.pageUrl ?? '';
  admin = new PageReader(url);
  await admin.logIn('admin');
});
test.after(async () => {
  await stopped();
  await door.close();
});

const host = (): string => new URL(url).host;
/** What a request that is right sends to be believed. */
const asAdmin = (): string => `cookie: ${admin.cookie}\r\nx-postern-csrf: ${admin.session?.csrf}\r\n`;
const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\nhost: ${host()}\r\n${asAdmin()}${headers}connection: close\r\n\r\n`;
const UNLOCK = '{"do":"unlock"}';
const post = (content: string | Buffer, headers = 'content-type: application/json\r\n', target = '/api/commands'): (string | Buffer)[] =>
  [`POST ${target} HTTP/1.1\r\nhost: ${host()}\r\n${asAdmin()}${headers}content-length: ${Buffer.byteLength(content)}\r\nconnection: close\r\n\r\n`, content];

/** The request is refused with the status and word, in one sentence, and the door does nothing. */
function refused(situation: string, request: () => string | (string | Uint8Array)[], status: number, error: string): void {
  test(`${situation}: ${status} ${error}, and the door does nothing`, async () => {
    const before = door.events().length;
    const [answer, ...more] = await exchange(url, ...[request()].flat());
    assertRefused(answer, status, error);
    assert.equal(more, [], 'one answer');
    assert.is(door.events().length, before);
    assert.is((await admin.get('/api/status')).status, 200, 'the next reader is served');
  });
}

function assertRefused(answer: RawAnswer | undefined, status: number, error: string): void {
  assert.is(answer?.status, status, JSON.stringify(answer?.json));
  assert.is(answer?.json?.error, error);
  assert.match(String(answer?.json?.message), /^[A-Z].*\.$/s);
}

test('the request that the following differ from unlocks the door', async () => {
  const [answer] = await exchange(url, ...post(UNLOCK));
  assert.is(answer?.status, 200, JSON.stringify(answer?.json));
  await door.app?.idle();
  (door.clock as VirtualClock).advance(10_000);
  await door.app?.idle();
});

// What is in a body
refused('no JSON', () => post('do=unlock'), 400, 'not-json');
refused('half a body, said to be whole', () => post('{"do":'), 400, 'not-json');
refused('a field twice, so that two readers see two commands', () => post('{"do":"end-passage","do":"unlock"}'), 400, 'duplicate-key');
refused('a field too many, which may have been meant to restrict', () => post('{"do":"unlock","forS":1}'), 400, 'request-bad');
refused('no command', () => post('{}'), 400, 'request-bad');
refused('a command there is not', () => post('{"do":"open-everything"}'), 400, 'request-bad');
refused('a prototype for a command', () => post('{"__proto__":{"do":"unlock"}}'), 400, 'request-bad');
refused('a list', () => post('[{"do":"unlock"}]'), 400, 'request-bad');
refused('a null', () => post('null'), 400, 'request-bad');
refused('a time that is no number', () => post('{"do":"passage","untilMs":"9999999999999"}'), 400, 'request-bad');
refused('a time with a fraction', () => post('{"do":"passage","untilMs":1.5}'), 400, 'request-bad');
refused('a time beyond all times', () => post('{"do":"passage","untilMs":1e300}'), 400, 'request-bad');
refused('a time below zero', () => post('{"do":"passage","untilMs":-1}'), 400, 'request-bad');
refused('on that is no yes or no', () => post('{"do":"lockdown","on":"yes"}'), 400, 'request-bad');
refused('bytes that are no UTF-8', () => post(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])), 400, 'not-utf-8');
refused('a hundred lists in one another', () => post(`${'['.repeat(100)}${']'.repeat(100)}`), 400, 'too-deep');
refused('a body of a megabyte', () => post('x'.repeat(1_048_576)), 413, 'too-large');
refused('a gigabyte, announced', () => `POST /api/commands HTTP/1.1\r\nhost: ${host()}\r\n${asAdmin()}content-type: application/json\r\ncontent-length: 1073741824\r\nconnection: close\r\n\r\n`, 413, 'too-large');
refused('a form, as any site can have a browser send', () => post('do=unlock', 'content-type: application/x-www-form-urlencoded\r\n'), 415, 'content-type-bad');
refused('a text, as any site can have a browser send', () => post(UNLOCK, 'content-type: text/plain\r\n'), 415, 'content-type-bad');
refused('no type', () => post(UNLOCK, ''), 415, 'content-type-bad');
refused('another charset', () => post(UNLOCK, 'content-type: application/json; charset=utf-16\r\n'), 415, 'content-type-bad');
refused('a compressed body', () => post(UNLOCK, 'content-type: application/json\r\ncontent-encoding: gzip\r\n'), 415, 'content-encoding-bad');
refused('a note with a line end for the audit log', () => post('{"validForS":3600,"note":"a\\nb"}', undefined, '/api/passes'), 400, 'request-bad');
refused('a name of 1,000 characters', () => post(JSON.stringify({ user: 'a'.repeat(1_000), password: 'x' }), undefined, '/api/login'), 400, 'request-bad');
refused('a name of 10,000 characters', () => post(JSON.stringify({ user: 'a'.repeat(10_000), password: 'x' }), undefined, '/api/login'), 413, 'too-large');

// Which call
refused('a method that changes nothing, on a change', () => get('/api/commands'), 405, 'wrong-method');
for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
  refused(`${method}`, () => `${method} /api/status HTTP/1.1\r\nhost: ${host()}\r\n${asAdmin()}connection: close\r\n\r\n`, 405, 'wrong-method');
}
refused('a change of a file of the page', () => post('{}', undefined, '/page.css'), 405, 'wrong-method');
refused('a tunnel', () => `CONNECT evil.example:443 HTTP/1.1\r\nhost: ${host()}\r\n\r\n`, 405, 'wrong-method');
for (const target of [
  '/api/attempts/../../state/users.json', '/api/attempts/..%2f..%2fusers.json', '/client/../../users.json', '/client/..%2f..%2f..%2fpackage.json', '/client/%2e%2e/main.js',
  '/client/main.js.map', '/client/main.ts', '/client/', '/client', '//etc/passwd', '/./page.css', '/page.css/', '/page.css%00.js', '/constructor', '/__proto__', '/toString', '/api', '/api/', '/api/Status',
  '/api/attempts/01KJPX5XW00000000000000000/users.json', '/api/attempts/01KJPX5XW00000000000000000/scan.jpg/', '/api/attempts/01KJPX5XW00000000000000000/..%2fscan.jpg',
  '/api/attempts/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd/scan.jpg', '/api/attempts/../../../../../../../../etc/passwd', '/api/attempts/01kjpx5xw00000000000000000/scan.jpg',
  '/events.db', '/users.json', '/evidence/2026-03-02/01KJPX5XW00000000000000000-scan.jpg',
]) refused(target, () => get(target), 404, 'not-found');
refused('pictures of an attempt there was not', () => get('/api/attempts/01KJPX5XW00000000000000000/scan.jpg'), 404, 'no-picture');
refused('an id that is no ULID', () => get('/api/attempts/ZZZZZZZZZZZZZZZZZZZZZZZZZZ/scan.jpg'), 404, 'no-picture');
refused('a path of 3,000 characters', () => get(`/${'a'.repeat(3_000)}`), 414, 'path-too-long');
for (const query of ['limit=0', 'limit=101', 'limit=1e1', 'limit=', 'before=-1', 'outcome=opened', 'outcome=granted&outcome=denied', 'token=a%27%20OR%201%3D1', 'token=', 'reason=%3Cscript%3E', `text=${'a'.repeat(101)}`, 'fromMs=1.5', 'fromMs=now', 'sort=up', '__proto__=1']) {
  refused(`a search by ${query.slice(0, 40)}`, () => get(`/api/attempts?${query}`), 400, 'query-bad');
}
refused('numbers of no days', () => get('/api/stats?days=0'), 400, 'query-bad');
refused('numbers of a thousand days', () => get('/api/stats?days=1000'), 400, 'query-bad');

// By which name
for (const foreign of ['evil.example', '127.0.0.1', '127.0.0.1:1', 'localhost', '127.0.0.1.evil.example', 'x@127.0.0.1']) {
  refused(`host ${foreign}`, () => `GET /api/status HTTP/1.1\r\nhost: ${foreign}\r\n${asAdmin()}connection: close\r\n\r\n`, 421, 'foreign-host');
}
refused('an empty host', () => `GET / HTTP/1.1\r\nhost:\r\n${asAdmin()}connection: close\r\n\r\n`, 421, 'foreign-host');
refused('no host', () => `GET / HTTP/1.1\r\n${asAdmin()}connection: close\r\n\r\n`, 400, 'http-bad');
refused('two hosts', () => `GET / HTTP/1.1\r\nhost: ${host()}\r\nhost: evil.example\r\nconnection: close\r\n\r\n`, 400, 'http-bad');
refused('a host in the target that is another', () => get('http://evil.example/api/status'), 421, 'foreign-host');
test('a host in the target that is the same is this one (RFC 9112 §3.2.2)', async () => {
  assert.is((await exchange(url, get(`http://${host()}/api/status`)))[0]?.status, 200);
});

// What is no HTTP, or two kinds of it at once
refused('garbage', () => '\u0000\u0001\u0002\r\n\r\n', 400, 'http-bad');
refused('a TLS greeting', () => [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc])], 400, 'http-bad');
refused('a length beside chunks (smuggling)', () => `POST /api/commands HTTP/1.1\r\nhost: ${host()}\r\n${asAdmin()}content-type: application/json\r\ncontent-length: 15\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${UNLOCK}`, 400, 'http-bad');
refused('two lengths (smuggling)', () => `POST /api/commands HTTP/1.1\r\nhost: ${host()}\r\n${asAdmin()}content-type: application/json\r\ncontent-length: 15\r\ncontent-length: 0\r\n\r\n${UNLOCK}`, 400, 'http-bad');
refused('a coding nobody knows (smuggling)', () => `POST /api/commands HTTP/1.1\r\nhost: ${host()}\r\n${asAdmin()}content-type: application/json\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n`, 400, 'http-bad');
refused('a header with a space before its colon', () => `GET / HTTP/1.1\r\nhost: ${host()}\r\ncookie : x\r\n\r\n`, 400, 'http-bad');
refused('two content types', () => post(UNLOCK, 'content-type: application/json\r\ncontent-type: text/plain\r\n'), 400, 'http-bad');
refused('headers of 20 kB', () => get('/', `x-long: ${'a'.repeat(20_000)}\r\n`), 431, 'headers-too-large');
refused('ten thousand headers', () => get('/', 'x: y\r\n'.repeat(10_000)), 431, 'headers-too-large');

test('a hostile header gets past nothing and into no answer', async () => {
  for (const hostile of ['<script>alert(1)</script>', 'a'.repeat(4_000), '%0d%0aset-cookie: x=y', '\u00ff\u00fe', '"; DROP TABLE events; --']) {
    for (const name of ['user-agent', 'referer', 'x-forwarded-for', 'x-postern-csrf', 'origin', 'accept-encoding', 'if-none-match', 'range', 'cookie']) {
      const [answer] = await exchange(url, `GET /api/session HTTP/1.1\r\nhost: ${host()}\r\n${name}: ${hostile}\r\nconnection: close\r\n\r\n`);
      assert.ok(answer && [200, 400, 403].includes(answer.status), `${name}: ${answer?.status}`);
      assert.not.match(JSON.stringify(answer), /alert\(1|DROP|aaaaaaaa/, name);
    }
  }
});

test('a thousand requests drawn at random change nothing and are all answered', async () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const before = door.events().length;
  for (let i = 0; i < 1_000; i++) {
    const bytes = Buffer.from(post(UNLOCK.replace('unlock', 'unlocked')).join(''));
    for (let edits = 1 + random(4); edits > 0; edits--) bytes[random(bytes.length)] = random(256);
    const connection = await RawConnection.open(url);
    connection.send(bytes);
    connection.socket.end();
    for (const { status } of await connection.ended()) assert.ok(status === 200 || (status >= 400 && status < 500), `${status}: ${bytes.toString('latin1')}`);
  }
  assert.is(door.events().length, before);
  assert.is((await admin.get('/api/status')).status, 200);
});

test('what was refused is logged once a minute and kind, and holds nothing of the requests', () => {
  const lines = logged.filter((line) => line.startsWith('requests were refused'));
  assert.is(lines.length, new Set(lines).size, 'each kind once, for the clock stands still');
  assert.not.match(lines.join('\n'), /unlock|users\.json|evil/);
});

test('who is slow to send is told so and cut off, whatever part is missing; others are served meanwhile', async () => {
  const users = { get: () => undefined };
  const calls: PageCall[] = [change({ path: /^\/api\/x$/, allows: 'anyone', body: z.strictObject({}), change: () => ({}) })];
  const server = new PageServer({
    host: '127.0.0.1', port: 0, allowedHosts: [], files: new PageFiles(), calls, clock: systemClock, log: silentLogger,
    sessions: new Sessions({ users, clock: systemClock, random: systemRandom, idleMs: 1_000, maxMs: 1_000 }),
    limits: { headersMs: 300, requestMs: 400, checkEveryMs: 50, connections: 10 },
  });
  const slowUrl = await server.start();
  stopped = () => server.stop();
  const name = new URL(slowUrl).host;
  const parts = ['', 'GET / HT', 'GET / HTTP/1.1\r\nhost: x\r\nx-a: ', `POST /api/x HTTP/1.1\r\nhost: ${name}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`];
  const slow = await Promise.all(parts.map((part) => RawConnection.open(slowUrl).then((connection) => (connection.send(part), connection))));
  assert.is((await fetch(slowUrl)).status, 200);
  for (const [i, connection] of slow.entries()) {
    if (parts[i] === '') connection.close();
    else assertRefused((await connection.ended())[0], 408, 'too-slow');
  }
});

test('more connections than there is room for are told that it is busy', async () => {
  const crowd = await Promise.all(Array.from({ length: 64 }, () => RawConnection.open(url)));
  assertRefused((await exchange(url, get('/api/status')))[0], 503, 'busy');
  for (const connection of crowd) connection.close();
  await Promise.all(crowd.map((connection) => connection.ended()));
});

test.run();
