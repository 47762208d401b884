import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backend } from '../../../../daemon/backend/backend.ts';
import type { TlsFileNames } from '../../../../daemon/base/http/tls-files.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { PosternError } from '../../../../daemon/base/errors.ts';
import type { Logger } from '../../../../daemon/base/logger.ts';
import { Authority, replace, type CertificateFiles } from '../../../support/certificates.ts';
import { BACK, FRONT } from '../served-backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-tls-'));
test.after(() => rmSync(folder, { recursive: true }));

const ours = new Authority(folder, 'ours');
const doors = new Authority(folder, 'doors');
const strangers = new Authority(folder, 'strangers');
const first = ours.server('first');
const second = ours.server('second');
const frontDoor = doors.door('front', FRONT);
const crl = join(folder, 'doors.crl');
doors.revocationList(crl);

const KEYSET = '/api/postern/keyset';
const files = (files: CertificateFiles): ConnectionOptions => ({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
const ca = readFileSync(ours.cert);

/** A backend over HTTPS on a virtual clock that agrees with the system's, for whose time certificates are made. */
class SecureBackend {
  readonly clock = new VirtualClock(Date.now());
  readonly told: string[] = [];
  readonly server: CertificateFiles = { cert: join(folder, 'server.pem'), key: join(folder, 'server.key') };
  backend!: Backend;
  url = '';

  static async open(tls: Partial<TlsFileNames> = {}): Promise<SecureBackend> {
    const it = new SecureBackend();
    replace(it.server, first);
    const tell = (line: string): void => void it.told.push(line);
    const log: Logger = { debug: () => undefined, info: tell, warn: tell, error: tell };
    it.backend = await Backend.open({ clock: it.clock, log });
    it.backend.addDoor({ uuid: FRONT, name: 'Front door' });
    it.backend.addDoor({ uuid: BACK, name: 'Back door' });
    it.url = (await it.backend.listen({ host: '127.0.0.1', port: 0, tls: { certFile: it.server.cert, keyFile: it.server.key, clientCaFile: doors.cert, ...tls } })).url;
    return it;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Status and code of an answer; `agent` keeps its connection. */
  ask(options: RequestOptions = {}, path = KEYSET): Promise<string> {
    return new Promise((resolve, reject) => {
      httpsRequest(this.url + path, { ca, agent: new Agent(), ...options }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => {
          const isJson = response.headers['content-type']?.includes('json');
          resolve(isJson ? `${response.statusCode} ${(JSON.parse(Buffer.concat(chunks).toString()) as { code?: string }).code}` : String(response.statusCode));
        });
      }).on('error', reject).end();
    });
  }

  /** The name in the certificate that a new connection is shown. */
  shown(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket: TLSSocket = connect({ host: '127.0.0.1', port: this.port, ca }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      }).on('error', reject);
    });
  }
}

async function atBackend(work: (it: SecureBackend) => Promise<void>, tls?: Partial<TlsFileNames>): Promise<void> {
  const it = await SecureBackend.open(tls);
  try {
    await work(it);
  } finally {
    await it.backend.close();
  }
}

const withKey = (key: string): RequestOptions => ({ headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key } });
const failure = async (asking: Promise<unknown>): Promise<string> => asking.then((answer) => `answered ${String(answer)}`, (error: NodeJS.ErrnoException) => error.code ?? error.message);

// ——— Speaking TLS ———
test('over HTTPS an API key is all a client needs', () => atBackend(async (it) => {
  assert.match(it.url, /^https:/);
  assert.is(await it.ask(withKey(it.backend.createApiKey('door'))), '200');
  assert.is(await it.ask(), '401 no-key');
  assert.is(await it.ask({}, '/api/postern/health'), '200 undefined');
}));

test('[S8] plain HTTP gets nothing from it', () => atBackend(async (it) => {
  const asking = new Promise((resolve, reject) => httpRequest(it.url.replace('https', 'http') + KEYSET, resolve).on('error', reject).end());
  assert.is(await failure(asking), 'ECONNRESET');
}));

for (const version of ['TLSv1', 'TLSv1.1'] as const) {
  test(`a client with ${version} at most is refused`, () => atBackend(async (it) => {
    // Without the lower security level the client itself would not even try.
    const old = { minVersion: 'TLSv1', maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const asking = it.ask({ ...withKey('x.y'), ...old }).then(() => 'answered', (error: Error) => error.message);
    assert.match(await asking, /alert protocol version/);
  }));
}
for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a client with ${version} is served, and so is a door's certificate`, () => atBackend(async (it) => {
    assert.is(await it.ask({ ...files(frontDoor), minVersion: version, maxVersion: version }), '200');
  }));
}

test('[S8] with TLS it may listen on any address, without it on this machine alone', async () => {
  const backend = await Backend.open({ clock: new VirtualClock() });
  const { url } = await backend.listen({ host: '0.0.0.0', port: 0, tls: { certFile: first.cert, keyFile: first.key } });
  assert.match(url, /^https:\/\/0\.0\.0\.0:/);
  assert.is(await failure(backend.listen({ host: '0.0.0.0', port: 0 })), 'backend-host');
  await backend.close();
});

const unusable: [situation: string, tls: () => TlsFileNames, says: RegExp][] = [
  ['a certificate that is not there', () => ({ certFile: join(folder, 'none'), keyFile: first.key }), /none cannot be read/],
  ['a key of another certificate', () => ({ certFile: first.cert, keyFile: second.key }), /does the key belong/],
  ['a key that is none', () => ({ certFile: first.cert, keyFile: written('no.key', 'hello', 0o600) }), /PEM/],
  ['an empty certificate', () => ({ certFile: written('empty.pem', '', 0o600), keyFile: first.key }), /PEM/],
  ['an authority that is none', () => ({ certFile: first.cert, keyFile: first.key, clientCaFile: written('no-ca.pem', 'hello', 0o600) }), /PEM/],
  ['a key that everybody may read', () => ({ certFile: first.cert, keyFile: written('open.key', readFileSync(first.key), 0o644) }), /chmod o=/],
];
for (const [situation, tls, says] of unusable) {
  test(`${situation} is told before anything listens`, async () => {
    const backend = await Backend.open({ clock: new VirtualClock() });
    const thrown = await backend.listen({ host: '127.0.0.1', port: 0, tls: tls() }).then(() => undefined, (error: unknown) => error);
    assert.instance(thrown, PosternError);
    assert.is((thrown as PosternError).code, 'tls-files');
    assert.match((thrown as PosternError).message, says);
    await backend.close();
  });
}

function written(name: string, content: string | Buffer, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

// ——— Doors' certificates ———
test('a door with a certificate needs no key, speaks for itself alone, and stands in the audit log as cert: and its RUUID', () => atBackend(async (it) => {
  assert.is(await it.ask(files(frontDoor)), '200');
  assert.is(await it.ask(files(frontDoor), `/api/postern/tokenlist/${FRONT}`), '200');
  assert.is(await it.ask(files(frontDoor), `/api/postern/tokenlist/${BACK}`), '403 other-door');
  assert.is(await it.ask({ ...files(frontDoor), method: 'POST' }, '/api/accesscontrol/qr/generateQRAccessCode'), '403 wrong-role');
  const [download] = [...it.backend.auditSince(0)].filter((entry) => entry.action === 'list-downloaded');
  assert.equal([download?.apiKey, download?.subject], [`cert:${FRONT}`, FRONT]);
}));

const bad: [situation: string, certificate: () => CertificateFiles, code: string][] = [
  ['one that has expired', () => doors.door('expired', FRONT, -1), 'certificate-expired'],
  ['one of another authority', () => strangers.door('stranger', FRONT), 'certificate-untrusted'],
  ['one it signed itself', () => ({ cert: strangers.cert, key: join(folder, 'strangers.key') }), 'certificate-untrusted'],
  ['one of the authority that signs servers', () => ours.door('by-ours', FRONT), 'certificate-untrusted'],
  ['one for servers', () => doors.sign('for-servers', `subjectAltName=URI:urn:postern:door:${FRONT}\nextendedKeyUsage=serverAuth`), 'certificate-untrusted'],
  ['one of a door the backend does not have', () => doors.door('unknown', 'AAECAwQFBgcICQoLDA0OAA'), 'certificate-without-door'],
  ['one without a door', () => doors.sign('laptop', 'subjectAltName=DNS:laptop.example.org\nextendedKeyUsage=clientAuth'), 'certificate-without-door'],
  ['one with the door as its common name alone', () => doors.sign(FRONT, 'extendedKeyUsage=clientAuth'), 'certificate-without-door'],
];
for (const [situation, certificate, code] of bad) {
  test(`a client with a certificate, but ${situation}: 401 ${code}; with a key beside it the key counts`, () => atBackend(async (it) => {
    const shown = files(certificate());
    assert.is(await it.ask(shown), `401 ${code}`);
    assert.is(await it.ask({ ...shown, ...withKey(it.backend.createApiKey('door')) }), '200');
    assert.is(await it.ask({ ...shown, ...withKey('nobody.nothing') }), '401 wrong-key');
  }));
}

test('a wrong key beside a good certificate is refused: whoever sends a key is judged by it', () => atBackend(async (it) => {
  assert.is(await it.ask({ ...files(frontDoor), ...withKey('nobody.nothing') }), '401 wrong-key');
}));

test('without clientCaFile no certificate counts', () => atBackend(async (it) => {
  assert.is(await it.ask(files(frontDoor)), '401 no-key');
}, { clientCaFile: undefined }));

test('a certificate that expires while its connection is open counts no longer', () => atBackend(async (it) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  assert.is(await it.ask({ agent, ...files(frontDoor) }), '200');
  it.clock.jumpWall(4 * 86_400_000);
  assert.is(await it.ask({ agent, ...files(frontDoor) }), '401 certificate-expired');
  agent.destroy();
}));

// ——— Replacing the files ———
test('the server\'s certificate is replaced while a kept-alive client goes on over its old connection', () => atBackend(async (it) => {
  const key = withKey(it.backend.createApiKey('door'));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let connections = 0;
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    connections++;
    return create(...args);
  };
  assert.is(await it.ask({ agent, ...key }), '200');
  assert.is(await it.shown(), 'first');
  replace(it.server, second);
  it.clock.advance(5_000);
  assert.is(await it.shown(), 'second');
  assert.is(await it.ask({ agent, ...key }), '200');
  assert.is(connections, 1);
  assert.match(it.told.join(), /read anew; the certificate is valid until/);
  agent.destroy();
}));

test('on SIGHUP the files are looked at without waiting', () => atBackend(async (it) => {
  replace(it.server, second);
  it.backend.reloadTls();
  assert.is(await it.shown(), 'second');
}));

test('a new pair that does not fit is told once, the old one stays in use, and its mend is taken up', () => atBackend(async (it) => {
  replace(it.server, { cert: second.cert, key: first.key });
  for (let i = 0; i < 5; i++) it.clock.advance(5_000);
  // Written once more, and asked for by a signal: the same fault.
  replace(it.server, { cert: second.cert, key: first.key });
  it.clock.advance(5_000);
  it.backend.reloadTls();
  assert.is(it.told.length, 1);
  assert.match(it.told[0] ?? '', /does the key belong to the certificate\? The old ones stay in use\./);
  assert.is(await it.shown(), 'first');
  writeFileSync(it.server.cert, 'half a certific');
  for (let i = 0; i < 5; i++) it.clock.advance(5_000);
  assert.is(await it.shown(), 'first');
  replace(it.server, second);
  it.clock.advance(5_000);
  assert.is(await it.shown(), 'second');
}));

test('files that were touched, but hold the same, change nothing', () => atBackend(async (it) => {
  const { size } = statSync(it.server.cert);
  replace(it.server, first);
  assert.is(statSync(it.server.cert).size, size);
  it.clock.advance(5_000);
  assert.equal(it.told, []);
}));

test('a revoked certificate counts no longer, nor does the connection it has open, and the others\' do', () => atBackend(async (it) => {
  const stolen = doors.door('stolen', BACK);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const keyAgent = new Agent({ keepAlive: true, maxSockets: 1 });
  const key = withKey(it.backend.createApiKey('door'));
  assert.is(await it.ask({ agent, ...files(stolen) }), '200');
  assert.is(await it.ask({ agent: keyAgent, ...key }), '200');
  const [keySocket] = Object.values(keyAgent.freeSockets).flat();
  const [stolenSocket] = Object.values(agent.freeSockets).flat();
  const cut = new Promise((resolve) => stolenSocket?.once('close', resolve));
  doors.revoke(stolen);
  doors.revocationList(crl);
  it.clock.advance(5_000);
  await cut;
  assert.is(await it.ask({ agent, ...files(stolen) }), '401 certificate-revoked');
  assert.is(await it.ask(files(frontDoor)), '200');
  assert.is(await it.ask({ agent: keyAgent, ...key }), '200');
  assert.ok(keySocket?.destroyed === false, 'whoever came with a key stays');
  agent.destroy();
  keyAgent.destroy();
}, { clientCrlFile: crl }));

test.run();
