import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BackendAddress } from '../../../daemon/access/backend-connection.ts';
import { readClientTls } from '../../../daemon/base/client-tls.ts';
import { readFailure } from '../../../daemon/access/online-answer.ts';
import { ListSync } from '../../../daemon/access/list-sync.ts';
import { OnlineValidator } from '../../../daemon/access/online.ts';
import { TrustedTime } from '../../../daemon/access/trusted-time.ts';
import { Backend } from '../../../daemon/backend/backend.ts';
import { systemClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { Authority, replace, type CertificateFiles } from '../../support/certificates.ts';
import { MemoryState } from '../../support/memory-state.ts';
import { BACK, FRONT } from '../backend/served-backend.ts';
import { uuidBytes } from '../../../daemon/base/ids.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-mtls-'));
test.after(() => rmSync(folder, { recursive: true }));

const ours = new Authority(folder, 'ours');
const doors = new Authority(folder, 'doors');
const strangers = new Authority(folder, 'strangers');
const server = ours.server('server');
const expiredServer = ours.sign('old-server', 'subjectAltName=IP:127.0.0.1', -1);
const otherName = ours.sign('other-name', 'subjectAltName=DNS:elsewhere.example.org');
const good = doors.door('good', FRONT);
const expired = doors.door('expired', FRONT, -1);

/** Far longer than a loaded machine takes to answer. */
const DEADLINE_MS = 20_000;
let nonces = 0;

/** A backend over HTTPS, and a door whose certificate lies in files of its own. */
class MutualTls {
  readonly own: CertificateFiles;
  readonly serverFiles: CertificateFiles;
  readonly status = new StatusBoard(systemClock);
  readonly events: EventDraft[] = [];
  readonly dir: string;
  backend!: Backend;
  url = '';
  online!: OnlineValidator;
  lists!: ListSync;

  constructor() {
    this.dir = mkdtempSync(join(folder, 'door-'));
    this.own = { cert: join(this.dir, 'door.pem'), key: join(this.dir, 'door.key') };
    this.serverFiles = { cert: join(this.dir, 'server.pem'), key: join(this.dir, 'server.key') };
  }

  static async open(certificate: CertificateFiles = good, serverPair: CertificateFiles = server, address: Partial<BackendAddress> = {}): Promise<MutualTls> {
    const it = new MutualTls();
    replace(it.own, certificate);
    replace(it.serverFiles, serverPair);
    it.backend = await Backend.open({ clock: systemClock });
    it.backend.addDoor({ uuid: FRONT, name: 'Front door' });
    it.backend.addDoor({ uuid: BACK, name: 'Back door' });
    it.url = (await it.backend.listen({ host: '127.0.0.1', port: 0, tls: { certFile: it.serverFiles.cert, keyFile: it.serverFiles.key, clientCaFile: doors.cert } })).url;
    await it.#openDoor({ url: it.url, tls: { caFile: ours.cert, clientCertFile: it.own.cert, clientKeyFile: it.own.key }, ...address });
    return it;
  }

  async #openDoor(backend: BackendAddress): Promise<void> {
    const { status } = this;
    const state = new MemoryState();
    const time = new TrustedTime({ clock: systemClock, state, rtcHasBattery: true, log: silentLogger });
    this.online = new OnlineValidator({ ...backend, doorUuid: FRONT, deadlineMs: DEADLINE_MS, clock: systemClock, status });
    this.lists = await ListSync.open({
      backend, dir: this.dir, door: uuidBytes(FRONT) as Uint8Array, roots: this.backend.rootPublicKeys(), pollMs: 60_000, maxListAgeMs: 86_400_000,
      clock: systemClock, time, state, status: new StatusBoard(systemClock), log: silentLogger, onEvent: (draft) => this.events.push(draft),
    });
  }

  async ask(text: string): Promise<string> {
    const answer = await this.online.validate({ nonce: String(++nonces).padStart(26, '0'), text, tokenId: 'x', onLate: () => undefined });
    return answer.kind;
  }

  /** What the status says of the backend. */
  get said(): string {
    const { state, reason } = this.status.get('backend') ?? {};
    return `${state} ${reason}`;
  }

  issue(): string {
    return this.backend.issue({ doors: [FRONT], validS: 3600 }).text;
  }

  async close(): Promise<void> {
    await this.online.close();
    await this.lists.stop();
    await this.backend.close();
  }
}

async function atDoor(work: (it: MutualTls) => Promise<void>, ...args: Parameters<typeof MutualTls.open>): Promise<void> {
  const it = await MutualTls.open(...args);
  try {
    await work(it);
  } finally {
    await it.close();
  }
}

test('a door without an API key is known by its certificate: it asks, and gets its keys and its list', () => atDoor(async (it) => {
  const code = it.issue();
  assert.is(await it.ask(code), 'granted');
  assert.match(it.said, /^ok/);
  await it.lists.syncNow();
  assert.equal(it.events.map((draft) => draft.type), ['key-set-accepted', 'list-accepted']);
  assert.is([...it.backend.auditSince(0)].at(-1)?.apiKey, `cert:${FRONT}`);
}));

const refused: [situation: string, certificate: () => CertificateFiles, says: RegExp][] = [
  ['has expired', () => expired, /refuses this door's client certificate: it has expired: put a new one into backend\.clientCertFile\./],
  ['is of another authority', () => strangers.door('stranger', FRONT), /it is not signed by the authority the backend trusts for doors/],
  ['names no door', () => doors.sign('laptop', 'subjectAltName=DNS:laptop.example.org'), /URI:urn:postern:door:/],
];
for (const [situation, certificate, says] of refused) {
  test(`that its certificate ${situation} stands in the status in words, and a new one is taken up without a restart`, () => atDoor(async (it) => {
    const code = it.issue();
    assert.is(await it.ask(code), 'key-refused');
    assert.match(it.said, says);
    replace(it.own, good);
    assert.is(await it.ask(code), 'granted');
    assert.match(it.said, /^ok/);
  }, certificate()));
}

test('a certificate is renewed while the connection is open: the next question goes over a new one', () => atDoor(async (it) => {
  const code = it.issue();
  assert.is(await it.ask(code), 'granted');
  replace(it.own, doors.door('renewed', FRONT));
  assert.is(await it.ask(code), 'granted');
  replace(it.own, doors.door('wrong-door', BACK));
  assert.is(await it.ask(code), 'key-refused', 'so it is the new one that is shown');
}));

test('new files that do not fit together are told, and the old ones go on being used', () => atDoor(async (it) => {
  const code = it.issue();
  assert.is(await it.ask(code), 'granted');
  copyFileSync(expired.key, it.own.key);
  assert.is(await it.ask(code), 'granted');
  assert.match(it.said, /^degraded .*does the key belong to the certificate\? The old ones stay in use\./);
  chmodSync(it.own.key, 0o600);
  replace(it.own, good);
  assert.is(await it.ask(code), 'granted');
  assert.match(it.said, /^ok/);
}));

const servers: [situation: string, pair: CertificateFiles, tls: BackendAddress['tls'], says: RegExp][] = [
  ['has expired', expiredServer, { caFile: ours.cert }, /its certificate has expired, or this door's clock is wrong/],
  ['is of an authority the door does not trust', server, { caFile: strangers.cert }, /not signed by an authority this door trusts; check backend\.caFile/],
  ['is of an authority the system does not trust', server, {}, /not signed by an authority this door trusts; check backend\.caFile/],
  ['is for another name', otherName, { caFile: ours.cert }, /for another name than that in backend\.url/],
];
for (const [situation, pair, tls, says] of servers) {
  test(`a server whose certificate ${situation} gets no question, and the status says why`, () => atDoor(async (it) => {
    assert.is(await it.ask(it.issue()), 'unreachable');
    assert.match(it.said, says);
  }, good, pair, { tls, apiKey: 'a.b' }));
}

test('the backend\'s certificate is renewed while the door goes on', () => atDoor(async (it) => {
  const code = it.issue();
  assert.is(await it.ask(code), 'granted');
  replace(it.serverFiles, ours.server('server-2'));
  it.backend.reloadTls();
  assert.is(await it.ask(code), 'granted');
  await it.lists.syncNow();
  assert.is(it.events.length, 2);
}));

// ——— Files ———
const unusable: [situation: string, files: () => Parameters<typeof readClientTls>[0], says: RegExp][] = [
  ['a certificate that is not there', () => ({ clientCertFile: join(folder, 'none'), clientKeyFile: good.key }), /none cannot be read/],
  ['a key of another certificate', () => ({ clientCertFile: good.cert, clientKeyFile: expired.key }), /does the key belong/],
  ['an authority that is none', () => ({ caFile: written('hello', 0o600) }), /PEM/],
  ['[S7] a key that others may read', () => ({ clientCertFile: good.cert, clientKeyFile: written(readFileSync(good.key, 'utf8'), 0o640) }), /chmod 600/],
];
for (const [situation, files, says] of unusable) {
  test(`${situation} is told at the start`, () => {
    try {
      readClientTls(files());
      assert.unreachable();
    } catch (thrown) {
      assert.instance(thrown, PosternError);
      assert.match((thrown as PosternError).message, says);
    }
  });
}

function written(content: string, mode: number): string {
  const path = join(folder, 'written');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

// ——— Other servers ———
test('a server that ends the handshake for want of a certificate is told in words', async () => {
  const strict: Server = createServer({ cert: readFileSync(server.cert), key: readFileSync(server.key), ca: readFileSync(doors.cert), requestCert: true }, (_, response) => response.end());
  strict.on('tlsClientError', (_: Error, socket: TLSSocket) => socket.destroy());
  await new Promise<void>((resolve) => strict.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(strict.address() as AddressInfo).port}`;
  await atDoor(async (it) => {
    assert.is(await it.ask('PT1:X'), 'unreachable');
    assert.match(it.said, /it wants a client certificate, so it says in the TLS handshake; put a valid one into backend\.clientCertFile/);
  }, good, server, { url, tls: { caFile: ours.cert }, apiKey: 'a.b' });
  strict.closeAllConnections();
  await new Promise((resolve) => strict.close(resolve));
});

const alerts: [message: string, says: RegExp][] = [
  ['write EPROTO 80:error:0A000415:SSL routines:ssl3_read_bytes:sslv3 alert certificate expired:rec_layer_s3.c:1601:SSL alert number 45', /client certificate has expired/],
  ['80:error:0A000414:SSL routines:ssl3_read_bytes:sslv3 alert certificate revoked:rec_layer_s3.c:1601:SSL alert number 44', /client certificate was revoked/],
  ['80:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:rec_layer_s3.c:1601:SSL alert number 48', /client certificate is refused/],
  ['write EPROTO 80:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:rec_layer_s3.c:1601:SSL alert number 42', /client certificate is refused/],
  ['80:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:rec_layer_s3.c:1601:SSL alert number 70', /no TLS of version 1\.2 or later/],
];
for (const [message, says] of alerts) {
  test(`OpenSSL's "${/alert [a-z ]+/.exec(message)?.[0]}" is put into words`, () => {
    assert.match(readFailure(Object.assign(new Error(message), { code: 'EPROTO' })).detail, says);
  });
}

test.run();
