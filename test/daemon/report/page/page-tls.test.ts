import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { PosternError } from '../../../../daemon/base/errors.ts';
import { Authority, replace } from '../../../support/certificates.ts';
import { OwnDoor, pageAt } from '../../../support/own-door.ts';
import { addUsers, errorIn, PageReader } from './page-reader.ts';

const dir = mkdtempSync(join(tmpdir(), 'postern-page-tls-'));
const authority = new Authority(dir, 'site');
const files = authority.server('page');
const tls = { certFile: files.cert, keyFile: files.key };
const ca = readFileSync(authority.cert);
let door: OwnDoor;

async function refusal(started: Promise<unknown>): Promise<PosternError> {
  const thrown = await started.then(() => undefined, (error: unknown) => error);
  assert.instance(thrown, PosternError);
  return thrown as PosternError;
}

let url: string;
test.before(async () => {
  door = await OwnDoor.open({ clock: new VirtualClock() });
});
test.after(async () => {
  await door.close();
  rmSync(dir, { recursive: true });
});

test('[S5] [S8] a page for the network without TLS, or that nobody can log in to, does not start, and the mend is told', async () => {
  const plain = await refusal(door.start({ config: { http: { ...pageAt(0), host: '0.0.0.0', allowedHosts: ['door.example'] } } }));
  assert.match(plain.message, 'postern user add NAME --role admin');
  await addUsers(door.stateDir);
  const withUsers = await refusal(door.start({ config: { http: { ...pageAt(0), host: '0.0.0.0', allowedHosts: ['door.example'] } } }));
  assert.is(withUsers.code, 'http-host');
  assert.match(withUsers.message, 'http.certFile');
  url = (await door.start({ config: { http: { ...pageAt(0), ...tls, host: '0.0.0.0', allowedHosts: ['door.example'] } } })).pageUrl?.replace('0.0.0.0', '127.0.0.1') ?? '';
  assert.match(url, /^https:/);
});

test('[S8] on the network nothing is read without a login but what is needed to log in', async () => {
  const reader = new PageReader(url, { ca });
  for (const path of ['/api/status', '/status.json', '/api/attempts', '/api/stats', '/api/outcomes', '/api/live']) assert.is(errorIn(await reader.get(path)), 'login-needed', path);
  assert.is(((await reader.get('/api/session')).json as { reads: boolean }).reads, false);
  assert.is((await reader.get('/')).status, 200);
  const answer = await reader.logIn('viewer');
  assert.match(String(answer.headers['set-cookie']), /^__Host-postern=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  assert.is((await reader.get('/api/status')).status, 200);
});

test('it answers by the names of the config, with any port, and by no other', async () => {
  const reader = new PageReader(url, { ca });
  for (const host of ['door.example', 'DOOR.example:8470', 'door.example:443']) assert.is((await reader.get('/', { host })).status, 200, host);
  for (const host of ['other.example', 'door.example.evil.example', 'xdoor.example', 'door.example:x']) assert.is((await reader.get('/', { host })).status, 421, host);
});

test('a renewed certificate is used for further connections when it is told to look', async () => {
  const serial = (): Promise<string> => new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', ca }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    }).on('error', reject);
  });
  const before = await serial();
  replace(files, authority.server('renewed'));
  door.app?.reloadTls();
  assert.is.not(await serial(), before);
});

test('files come compressed as asked for, and again only when they have changed; each answer has the policy', async () => {
  const reader = new PageReader(url, { ca });
  for (const path of ['/', '/page.css', '/client/main.js']) {
    const plain = await reader.get(path);
    assert.is(plain.status, 200, path);
    assert.not.match(plain.bytes.toString(), /sourceMappingURL/);
    assert.equal(brotliDecompressSync((await reader.get(path, { 'accept-encoding': 'gzip, br' })).bytes), plain.bytes);
    assert.equal(gunzipSync((await reader.get(path, { 'accept-encoding': 'br;q=0, gzip' })).bytes), plain.bytes);
    const again = await reader.get(path, { 'if-none-match': `"x", ${String(plain.headers.etag)}` });
    assert.is(again.status, 304);
    assert.is(again.bytes.length, 0);
    assert.is((await reader.ask('HEAD', path)).bytes.length, 0);
  }
  for (const path of ['/', '/client/main.js', '/api/session', '/nothing']) {
    const { headers } = await reader.get(path);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.not.match(String(headers['content-security-policy']), /unsafe|\*/);
    assert.is(headers['x-content-type-options'], 'nosniff');
    assert.is(headers['x-frame-options'], 'DENY');
  }
});

test.run();
