import { request } from 'node:http';
import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { StoredEvent } from '../../../daemon/base/events.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { StatusServer, type StatusServerOptions } from '../../../daemon/report/http.ts';
import type { StatusReport, StatusSnapshot } from '../../../daemon/report/status-report.ts';

const clock = new VirtualClock();
const snapshot: StatusSnapshot = {
  version: '0.1.0', startedAtMs: clock.wallMs() - 60_000, clock: 'verified',
  door: { uuid: 'AAECAwQFBgcICQoLDA0ODw', name: '</script><b>Front', state: 'locked', contact: 'closed', rex: 'idle', relay: 'rest' },
  parts: { camera: { state: 'down', reason: 'The camera gives no pictures.', sinceMs: clock.wallMs() } },
};
const denied = (seq: number): StoredEvent => ({
  type: 'access-denied', attemptId: 'a', source: 'local', reason: 'expired', tokenId: 'EBESExQVFhcYGRobHB0eHw', seq, id: `id${seq}`, atMs: seq,
  doorUuid: 'x', clock: 'verified', prevHash: '', hash: '',
});

let url: string;
let now = snapshot;
let recent: StoredEvent[] = [];
const options: StatusServerOptions = { host: '127.0.0.1', port: 0, clock, log: silentLogger, snapshot: () => now, recent: () => recent };
const server = new StatusServer(options);
test.before(async () => {
  url = await server.start();
});
test.after(() => server.stop());

const status = async (): Promise<StatusReport> => (await fetch(`${url}status.json`)).json() as Promise<StatusReport>;

/** The status of an answer to a request with any Host header, which `fetch` would not send. */
function answerTo(host: string, path = '/status.json'): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}${path.slice(1)}`, { headers: { host } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    }).on('error', reject).end();
  });
}

test('the JSON has the door, each part with its reason and since, and the last twenty attempts', async () => {
  recent = Array.from({ length: 30 }, (_, i) => denied(30 - i));
  const report = await status();
  assert.equal(report.door, snapshot.door);
  assert.equal(report.parts, snapshot.parts);
  assert.is(report.nowMs, clock.wallMs());
  assert.is(report.attempts.length, 20);
  assert.equal(report.attempts[0], { id: 'id30', atMs: 30, outcome: 'denied', text: 'This code has expired.', token: 'EBESExQV' });
});

test('the JSON has what would help whoever holds up a code, in words, while there is something', async () => {
  assert.not.ok('hint' in await status());
  now = { ...snapshot, hint: { reason: 'come-closer', sinceMs: 7 } };
  assert.equal((await status()).hint, { reason: 'come-closer', text: 'Come closer.', sinceMs: 7 });
  now = snapshot;
});

test('[S8] what else a snapshot holds, a name say, does not slip out', async () => {
  now = { ...snapshot, door: { ...snapshot.door, lockdownBy: 'ada' }, guard: 'ada' } as StatusSnapshot;
  assert.not.match(JSON.stringify(await status()), /ada/);
  now = snapshot;
});

test('[S8] only this machine\'s own names are answered: a foreign one that points here (DNS rebinding) is refused', async () => {
  const { port } = new URL(url);
  for (const own of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) assert.is(await answerTo(own), 200, own);
  for (const foreign of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${Number(port) + 1}`, `127.0.0.1.evil.example:${port}`, `x@127.0.0.1:${port}`]) {
    for (const path of ['/', '/status.json', '/healthz']) assert.is(await answerTo(foreign, path), 403, foreign + path);
  }
});

test('[S8] it is read and no more: every method that could change something is refused', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const response = await fetch(url, { method });
    assert.is(response.status, 405, method);
    assert.is(response.headers.get('allow'), 'GET, HEAD');
  }
  assert.is((await fetch(url, { method: 'HEAD' })).status, 200);
});

test('[S8] it refuses to listen for other machines', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'door.example']) {
    const thrown = await new StatusServer({ ...options, host }).start().then(() => undefined, (error: unknown) => error);
    assert.is((thrown as PosternError).code, 'http-host', host);
  }
});

test('a port that is taken is told in a sentence', async () => {
  const thrown = await new StatusServer({ ...options, port: Number(new URL(url).port) }).start().then(() => undefined, (error: unknown) => error);
  assert.instance(thrown, PosternError);
  assert.match((thrown as PosternError).message, /Set another http.port/);
});

test('the page loads nothing from elsewhere, and the policy allows exactly its own script and style', async () => {
  const response = await fetch(url);
  const html = await response.text();
  const policy = response.headers.get('content-security-policy') ?? '';
  const hashOf = (tag: string): string => {
    const [, text = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html) ?? [];
    assert.ok(text.length > 500, `the ${tag} is in the page`);
    return createHash('sha256').update(text).digest('base64');
  };
  assert.match(policy, /default-src 'none'/);
  assert.ok(policy.includes(`script-src 'sha256-${hashOf('script')}'`));
  assert.ok(policy.includes(`style-src 'sha256-${hashOf('style')}'`));
  assert.not.match(html, /https?:\/\//);
  assert.not.match(html, /\bon[a-z]+=|innerHTML|insertAdjacent/i, 'nothing that would turn a door\'s name into markup');
  assert.is(response.headers.get('x-content-type-options'), 'nosniff');
  assert.is(response.headers.get('cache-control'), 'no-store');
});

test('a path that is not there is 404, whatever it is called', async () => {
  for (const path of ['status', 'constructor', '__proto__', 'evidence/1.jpg', '..%2f..%2fetc%2fpasswd']) assert.is((await fetch(url + path)).status, 404, path);
});

test('when the status cannot be told the answer says so, and the next one is asked anew', async () => {
  const failing = new StatusServer({ ...options, snapshot: () => { throw new Error('no'); } });
  const failingUrl = await failing.start();
  assert.is((await fetch(`${failingUrl}status.json`)).status, 500);
  assert.is(await (await fetch(`${failingUrl}healthz`)).text(), 'ok\n');
  await failing.stop();
  await failing.stop();
});

test.run();
