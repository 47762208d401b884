import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import type { RtspSourceOptions } from '../../../drivers/camera/rtsp.ts';
import { rtspSource } from '../../../drivers/camera/rtsp.ts';
import { SupervisedCamera } from '../../../drivers/camera/supervised-camera.ts';
import { Authority, type CertificateFiles } from '../../support/certificates.ts';
import { childProcesses } from '../../support/child-processes.ts';
import { RtspServer } from '../../support/rtsp-server.ts';
import { StandInCamera } from '../../support/stand-in-camera.ts';
import { hasFfmpeg, video } from '../../support/videos.ts';
import { testLiveCamera } from './live-camera.ts';
import { firstPicture, firstReason } from './one-try.ts';
import { standInRig } from './stand-in-rig.ts';

const base: Omit<RtspSourceOptions, 'url'> = { clock: systemClock, stallMs: 1_000, rotate: 0 };
/** All that a shell, a URL or a playlist could stumble over. */
const login = { user: 'us er', password: 'p@\'s:/?#%ä"\\ &$x!(*)' };

testLiveCamera('rtsp, by a stand-in', async () => standInRig((command) => rtspSource({ ...base, url: 'rtsp://127.0.0.1/door', command })));

test('[S7] the password goes in by standard input and is in no argument and no name', async () => {
  const program = new StandInCamera();
  const source = rtspSource({ ...base, url: 'rtsp://127.0.0.1/door?key=s3same', login, command: program.command });
  await firstPicture(source);
  const [args, input] = ['arguments', 'input'].map((name) => readFileSync(join(program.dir, name), 'utf8'));
  program.clear();
  assert.is(source.name, 'rtsp rtsp://127.0.0.1/door');
  assert.match(args ?? '', /"-f","concat","-i","pipe:0"/);
  for (const secret of ['us er', 'us%20er', 's3same', 'p@', 'p%40']) assert.not.match(args ?? '', secret);
  assert.match(input ?? '', `file 'rtsp://us%20er:${encodeURIComponent(login.password).replace(/['()!*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}@127.0.0.1/door?key=s3same'`);
});

const last: [says: string, reason: RegExp][] = [
  ['[rtsp @ 0x55] [error] method DESCRIBE failed: 401 Unauthorized', /refuses the user and the password/],
  ['[rtsp @ 0x55] [error] method DESCRIBE failed: 404 Not Found', /does not know this path/],
  ['[concat @ 0x55] [error] Impossible to open \'rtsp://us%20er:p%40x@127.0.0.1/door?key=s3same\'', /^ffmpeg says: Impossible to open 'rtsp:\/\/127\.0\.0\.1\/door…'$/],
];
for (const [says, reason] of last) {
  test(`[S7] ffmpeg ends and has said: ${says.slice(0, 60)}`, async () => {
    const program = new StandInCamera({ mood: 'fails', says });
    const told = await firstReason(rtspSource({ ...base, url: 'rtsp://127.0.0.1/door?key=s3same', login: { user: 'us er', password: 'p@x' }, command: program.command }));
    program.clear();
    assert.match(told, reason);
  });
}

if (!hasFfmpeg) process.stdout.write('skipped: real ffmpeg against an RTSP server; ffmpeg is not installed\n');
else testWithFfmpeg();

function testWithFfmpeg(): void {
  const [first, second] = [video(320, 180), video(640, 360)];
  const open = (more: { login?: typeof login & { scheme: 'Basic' | 'Digest' } } = {}): Promise<RtspServer> => RtspServer.open({ video: first, framesPerSecond: 15, ...more });

  testLiveCamera('rtsp, by ffmpeg', async () => {
    const server = await open();
    return {
      source: rtspSource({ ...base, url: server.url }),
      silence: () => void (server.mood = 'silent'),
      garble: () => void (server.mood = 'garbage'),
      mend: () => void (server.mood = 'plays'),
      cut: () => server.hangUp(),
      resize: () => server.show(second),
      clear: () => server.close(),
    };
  });

  for (const scheme of ['Basic', 'Digest'] as const) {
    test(`[S7] real ffmpeg logs in by ${scheme}, and no process shows the password while it runs`, async () => {
      const server = await open({ login: { ...login, scheme } });
      const camera = new SupervisedCamera({ source: rtspSource({ ...base, url: server.url, login }), clock: systemClock, stallMs: 20_000, frozenAfterMs: 0 });
      await new Promise<void>((resolve, reject) => camera.start({ frame: () => resolve(), stopped: (reason) => reject(new Error(reason)) }));
      const shown = childProcesses().map((child) => whatIsShown(child.split(' ', 1)[0] ?? ''));
      await camera.stop();
      await server.close();
      assert.is(shown.length, 1);
      assert.match(shown[0] ?? '', 'concat');
      for (const secret of [login.password, login.user, encodeURIComponent(login.user), 'p%40', 'p@']) assert.not.ok(shown[0]?.includes(secret), `nobody sees ${secret}`);
    });
  }

  test('a wrong password is told so, and the right one is not in the words', async () => {
    const server = await open({ login: { ...login, scheme: 'Digest' } });
    const told = await firstReason(rtspSource({ ...base, url: server.url, login: { ...login, password: 'wrong' } }));
    await server.close();
    assert.is(told, 'it refuses the user and the password: see camera.user and camera.passwordFile');
  });

  test('a path that the camera does not know, a port where nobody listens, a camera that takes the call and says nothing', async () => {
    const server = await open();
    const { url } = server;
    server.mood = 'missing';
    assert.is(await firstReason(rtspSource({ ...base, url: server.url })), 'it does not know this path: see camera.url');
    server.mood = 'deaf';
    assert.is(await firstReason(rtspSource({ ...base, url: server.url })), 'it gives no answer, or one that is no RTSP');
    await server.close();
    assert.is(await firstReason(rtspSource({ ...base, url })), 'it refuses connections');
  });

  const dir = mkdtempSync(join(tmpdir(), 'postern-rtsps-'));
  const authority = new Authority(dir, 'ours');
  const secure = async (files: CertificateFiles, run: (url: string, server: RtspServer) => Promise<void>): Promise<void> => {
    const server = await open({ login: { ...login, scheme: 'Digest' } });
    const front = createServer({ cert: readFileSync(files.cert), key: readFileSync(files.key) }, (socket) => {
      const inner = connect(server.port, '127.0.0.1');
      inner.on('error', () => socket.destroy());
      socket.on('error', () => inner.destroy());
      socket.pipe(inner).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    await run(`rtsps://127.0.0.1:${(front.address() as AddressInfo).port}/door`, server);
    front.close();
    await server.close();
  };

  test('rtsps: pictures come through, ffmpeg has nothing but a port of this machine, and nobody else gets in there', () => secure(authority.server('good'), async (url) => {
    const source = rtspSource({ ...base, url, login, caFile: authority.cert });
    assert.is(source.name, `rtsp ${url}`);
    for (let round = 0; round < 2; round++) assert.is((await firstPicture(source, 2)).width, 320);
    assert.equal(childProcesses(), []);
  }));

  const strange = new Authority(dir, 'strange').server('stranger');
  const wrong: [what: string, files: CertificateFiles, says: string][] = [
    ['a certificate of an authority that is not trusted', strange, 'its certificate is signed by an authority that is not trusted here: set camera.caFile'],
    ['an expired certificate', authority.sign('old', 'subjectAltName=IP:127.0.0.1', -1), 'its certificate has expired'],
    ['a certificate for another name', authority.sign('other', 'subjectAltName=DNS:other.lan'), 'its certificate is for another name: see camera.url'],
    ['a certificate that it signed itself', { cert: join(dir, 'strange.pem'), key: join(dir, 'strange.key') }, 'its certificate is signed by itself: put it into a file and set camera.caFile'],
  ];
  for (const [what, files, says] of wrong) {
    test(`[S7] rtsps with ${what}: told so, and neither password nor question goes out`, () => secure(files, async (url, server) => {
      assert.is(await firstReason(rtspSource({ ...base, url, login, caFile: authority.cert })), says);
      assert.equal(server.asked, []);
    }));
  }

  test('rtsps where no TLS is spoken, and where nobody listens', async () => {
    const server = await open();
    const url = server.url.replace('rtsp:', 'rtsps:');
    server.mood = 'deaf';
    assert.match(await firstReason(rtspSource({ ...base, url })), /it gives no answer|it has hung up|it does not speak TLS|it does not answer/);
    await server.close();
    assert.is(await firstReason(rtspSource({ ...base, url })), 'it refuses connections');
  });
  test.after(() => rmSync(dir, { recursive: true }));

  test('a turned picture has its sides the other way round', async () => {
    const server = await open();
    const { width, height } = await firstPicture(rtspSource({ ...base, url: server.url, rotate: 90 }));
    await server.close();
    assert.equal([width, height], [180, 320]);
  });
}

/** What another process may read of one: its arguments, its environment and the names of its files. */
function whatIsShown(pid: string): string {
  const files = readdirSync(`/proc/${pid}/fd`).join(' ');
  return [readFileSync(`/proc/${pid}/cmdline`, 'utf8'), readFileSync(`/proc/${pid}/environ`, 'utf8'), files].join('\n');
}

test.run();
