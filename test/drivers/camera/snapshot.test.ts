import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import type { HttpLogin } from '../../../drivers/camera/http-login.ts';
import { SnapshotSource } from '../../../drivers/camera/snapshot.ts';
import { Authority, type CertificateFiles } from '../../support/certificates.ts';
import { MjpegServer, type MjpegMood, type MjpegServerOptions } from '../../support/mjpeg-server.ts';
import { testLiveCamera } from './live-camera.ts';
import { firstPicture, firstReason } from './one-try.ts';

const base = { clock: systemClock, framesPerSecond: 20 };
const login: HttpLogin = { user: 'us "er', password: 'pä$$:wörd', allowsPlain: false };

for (const path of ['/stream', '/still'] as const) {
  testLiveCamera(`snapshot of a ${path.slice(1)}`, async () => {
    const server = await MjpegServer.open();
    return {
      source: new SnapshotSource({ ...base, url: server.url(path) }),
      silence: () => void (server.mood = 'silent'),
      garble: () => void (server.mood = 'garbage'),
      freeze: () => void (server.mood = 'frozen'),
      mend: () => void (server.mood = 'plays'),
      cut() {
        server.hangUp();
        server.mood = { status: 503 };
        server.hangUp();
      },
      resize: () => server.show(640, 360),
      clear: () => server.close(),
    };
  });
}

async function withServer<T>(options: MjpegServerOptions, run: (server: MjpegServer) => Promise<T>): Promise<T> {
  const server = await MjpegServer.open(options);
  try {
    return await run(server);
  } finally {
    await server.close();
  }
}

for (const scheme of ['MD5', 'SHA-256'] as const) {
  test(`a login by Digest with ${scheme}, for a stream and for one picture after the other, is asked for once`, () => withServer({ login: { ...login, user: 'door', scheme } }, async (server) => {
    await firstPicture(new SnapshotSource({ ...base, url: server.url('/stream'), login: { ...login, user: 'door' } }), 3);
    assert.is(server.requests, 2);
    await firstPicture(new SnapshotSource({ ...base, url: server.url('/still'), login: { ...login, user: 'door' } }), 3);
    assert.ok(server.requests <= 7, `${server.requests} requests`);
  }));
}

test('a password goes in plain text only where that is allowed', () => withServer({ login: { ...login, scheme: 'Basic' } }, async (server) => {
  assert.match(await firstReason(new SnapshotSource({ ...base, url: server.url('/stream'), login })), /in plain text: use an https:\/\/ address/);
  await firstPicture(new SnapshotSource({ ...base, url: server.url('/stream'), login: { ...login, allowsPlain: true } }));
}));

const wrongLogin = 'it refuses the user and the password: see camera.user and camera.passwordFile';

test('a wrong password, and none', () => withServer({ login: { ...login, scheme: 'MD5' } }, async (server) => {
  assert.is(await firstReason(new SnapshotSource({ ...base, url: server.url('/still'), login: { ...login, password: 'x' } })), wrongLogin);
  assert.is(server.requests, 2, 'it is tried once');
  assert.match(await firstReason(new SnapshotSource({ ...base, url: server.url('/still') })), /asks for a login: set camera\.user/);
}));

const faults: [mood: MjpegMood, path: '/stream' | '/still', reason: string][] = [
  [{ status: 404 }, '/stream', 'it does not know this path: see camera.url'],
  [{ status: 403 }, '/still', 'it forbids this user to watch: see camera.user'],
  [{ status: 500 }, '/stream', 'it answers with status 500'],
  [{ status: 302, location: 'http://other.lan/login?token=abc' }, '/still', 'it answers from another place, http://other.lan/login: see camera.url'],
  [{ status: 204 }, '/still', 'it answers with status 204'],
  ['endless-headers', '/stream', 'it answers with endless headers'],
  ['endless-part-headers', '/stream', 'it gives parts with endless headers'],
  ['endless-part', '/stream', 'it gives pictures of over 8 MB'],
  ['no-boundary', '/stream', 'it gives a multipart stream without its boundary'],
  ['half', '/stream', 'it gives JPEGs that are cut off'],
  ['half', '/still', 'it gives JPEGs that are cut off'],
  ['garbage', '/still', 'it gives something that is no JPEG'],
  ['deaf', '/stream', 'it says nothing'],
  ['silent', '/stream', 'it has fallen silent'],
  ['not-http', '/still', 'it does not speak HTTP'],
];
for (const [mood, path, reason] of faults) {
  test(`a camera that gives ${JSON.stringify(mood)} for a ${path.slice(1)}: ${reason}`, () => withServer({}, async (server) => {
    server.mood = mood;
    assert.is(await firstReason(new SnapshotSource({ ...base, url: server.url(path) })), reason);
  }));
}

for (const mood of ['short-length', 'long-length', 'no-length', 'no-boundary-told'] as const) {
  test(`a camera that gives ${mood} is understood all the same`, () => withServer({}, async (server) => {
    server.mood = mood;
    const { width, height } = await firstPicture(new SnapshotSource({ ...base, url: server.url('/stream') }), 5);
    assert.equal([width, height], [320, 180]);
  }));
}

test('nobody listens at the port; the name is not known; what answers speaks no TLS', () => withServer({}, async (server) => {
  assert.is(await firstReason(new SnapshotSource({ ...base, url: 'http://camera.invalid/' })), 'its name is not known: see camera.url');
  assert.is(await firstReason(new SnapshotSource({ ...base, url: server.url('/still').replace('http:', 'https:') })), 'it does not speak TLS there: see camera.url');
  const { port } = server;
  await server.close();
  assert.is(await firstReason(new SnapshotSource({ ...base, url: `http://127.0.0.1:${port}/` })), 'it refuses connections');
}));

const dir = mkdtempSync(join(tmpdir(), 'postern-snapshot-'));
test.after(() => rmSync(dir, { recursive: true }));
const authority = new Authority(dir, 'ours');
const other = new Authority(dir, 'other');
const certificates: [what: string, files: CertificateFiles, says: string | undefined][] = [
  ['of the authority in caFile', authority.server('good'), undefined],
  ['of another authority', other.server('stranger'), 'its certificate is signed by an authority that is not trusted here: set camera.caFile'],
  ['that it signed itself', { cert: other.cert, key: join(dir, 'other.key') }, 'its certificate is signed by itself: put it into a file and set camera.caFile'],
  ['that has expired', authority.sign('old', 'subjectAltName=DNS:localhost', -1), 'its certificate has expired'],
  ['for another name', authority.sign('elsewhere', 'subjectAltName=DNS:elsewhere.lan'), 'its certificate is for another name: see camera.url'],
];
for (const [what, files, says] of certificates) {
  test(`[S7] https with a certificate ${what}: ${says ?? 'pictures'}`, () => withServer({ tls: { cert: readFileSync(files.cert), key: readFileSync(files.key) }, login: { ...login, scheme: 'Basic' } }, async (server) => {
    const source = new SnapshotSource({ ...base, url: server.url('/still'), login, caFile: authority.cert });
    if (says === undefined) return void await firstPicture(source);
    assert.is(await firstReason(source), says);
    assert.is(server.requests, 0, 'nothing went out');
  }));
}

test('[S7] what is in the query is in no name', () => {
  assert.is(new SnapshotSource({ ...base, url: 'http://camera.lan/a.jpg?user=a&pwd=b' }).name, 'snapshot http://camera.lan/a.jpg');
});

test.run();
