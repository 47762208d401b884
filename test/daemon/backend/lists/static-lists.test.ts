import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ListSync } from '../../../../daemon/access/list-sync.ts';
import { TrustedTime } from '../../../../daemon/access/trusted-time.ts';
import { Backend } from '../../../../daemon/backend/backend.ts';
import type { ListExport } from '../../../../daemon/backend/lists/list-export.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import type { EventDraft } from '../../../../daemon/base/events.ts';
import { uuidBytes } from '../../../../daemon/base/ids.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../../daemon/base/status.ts';
import { MemoryState } from '../../../support/memory-state.ts';
import { Nginx } from '../../../support/nginx.ts';
import { FRONT } from '../served-backend.ts';

const door = uuidBytes(FRONT) as Uint8Array;
const folder = mkdtempSync(join(tmpdir(), 'postern-static-'));
const out = join(folder, 'www');
const clock = new VirtualClock(Date.now());
const events: EventDraft[] = [];
let backend: Backend;
let exporting: ListExport;
let nginx: Nginx;

async function doorAt(url: string, state: string): Promise<ListSync> {
  const dir = join(folder, state);
  mkdirSync(dir);
  const memory = new MemoryState();
  const time = new TrustedTime({ clock, state: memory, rtcHasBattery: true, log: silentLogger });
  return ListSync.open({
    backend: { url, apiKey: 'of no use' }, dir, door, roots: backend.rootPublicKeys(), pollMs: 60_000, maxListAgeMs: 86_400_000,
    clock, time, state: memory, status: new StatusBoard(clock), log: silentLogger, onEvent: (draft) => events.push(draft), random: () => 0.5,
  });
}

/** The parts of the list that the web server was asked for, with its statuses. */
const asked = async (): Promise<string[]> => (await nginx.answered()).flatMap((line) => /tokenlist\/[^/]+\/(\S+ \d+)$/.exec(line)?.[1] ?? []);
const told = (): string[] => events.splice(0).map((event) => event.type);

test.before(async () => {
  mkdirSync(out);
  backend = await Backend.open({ clock });
  backend.addDoor({ uuid: FRONT, name: 'Front door' });
  exporting = backend.listExport(out);
  nginx = await Nginx.open(out);
});
test.after(async () => {
  await nginx.close();
  await backend.close();
  rmSync(folder, { recursive: true });
});

test('a door follows its list through files on a plain web server: full, delta, unchanged', async () => {
  const first = backend.issue({ doors: [FRONT], validS: 3600 });
  await exporting.run([door]);
  const sync = await doorAt(nginx.url, 'follows');
  try {
    await sync.syncNow();
    assert.equal(told(), ['key-set-accepted', 'list-accepted']);
    assert.equal(await asked(), ['full 200']);
    await sync.syncNow();
    await sync.syncNow();
    assert.equal(await asked(), ['1 200', '1 304']);

    backend.revoke(first.tokenId);
    backend.issue({ doors: [FRONT], validS: 3600 });
    await exporting.run([door]);
    await sync.syncNow();
    assert.equal(await asked(), ['1 200']);
    assert.is(sync.list()?.lookUp(uuidBytes(first.tokenId) as Uint8Array)?.status, 'revoked');
    assert.equal([sync.list()?.head.version, sync.list()?.head.count], [2, 2]);
    await sync.syncNow();
    await sync.syncNow();
    assert.equal(await asked(), ['2 200', '2 304']);
    assert.equal(told(), ['list-accepted']);
  } finally {
    await sync.stop();
  }
});

test('two revocations within a second, each list as long as the other, get different tags of the web server', async () => {
  const tokens = [backend.issue({ doors: [FRONT], validS: 3600 }), backend.issue({ doors: [FRONT], validS: 3600 })];
  const full = join(out, 'api/postern/tokenlist', FRONT, 'full');
  const tags: (string | null)[] = [];
  const sizes: number[] = [];
  for (const step of [undefined, ...tokens]) {
    if (step) backend.revoke(step.tokenId);
    await exporting.run([door]);
    tags.push((await fetch(`${nginx.url}/api/postern/tokenlist/${FRONT}/full`, { method: 'HEAD' })).headers.get('etag'));
    sizes.push(statSync(full).size);
  }
  assert.is(new Set(sizes).size, 1, 'the lists are of one length');
  assert.is(new Set(tags).size, 3);
});

test('a version that the files have no delta from any more is fetched whole', async () => {
  await exporting.run([door]);
  const sync = await doorAt(nginx.url, 'behind');
  try {
    await sync.syncNow();
    const from = sync.list()?.head.version;
    await asked();
    const { url, close } = await backend.listen({ host: '127.0.0.1', port: 0 });
    const headers = { 'x-auth-scheme': 'api-token', 'x-auth-apikey': backend.createApiKey('door') };
    for (let i = 0; i < 61; i++) {
      backend.issue({ doors: [FRONT], validS: 3600 });
      await (await fetch(`${url}/api/postern/tokenlist/${FRONT}/full`, { headers })).arrayBuffer();
    }
    await close();
    await exporting.run([door]);
    await sync.syncNow();
    await sync.syncNow();
    assert.equal(await asked(), [`${from} 404`, 'full 200', `${(from ?? 0) + 61} 200`]);
  } finally {
    await sync.stop();
  }
});

const PASSED_BYTES = 40_000;

/** Between a door and the web server: once, a connection lets no more than the first bytes pass, and falls when `isTime`. */
async function fallingProxy(port: number, isTime: () => boolean): Promise<{ url: string; server: Server }> {
  let fell = false;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let passed = 0;
    const fallWhenTime = (): void => {
      if (isTime()) client.end();
      else setImmediate(fallWhenTime);
    };
    client.on('error', () => undefined).on('close', () => upstream.destroy()).on('data', (chunk) => upstream.write(chunk));
    upstream.on('error', () => undefined).on('end', () => client.end()).on('data', (chunk: Buffer) => {
      const isTooMuch = !fell && passed + chunk.length > PASSED_BYTES;
      client.write(isTooMuch ? chunk.subarray(0, PASSED_BYTES - passed) : chunk);
      passed += chunk.length;
      if (!isTooMuch) return;
      fell = true;
      upstream.pause();
      fallWhenTime();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

test('a full list that breaks off on its way from the web server goes on where it ended', async () => {
  for (let i = 0; i < 6_000; i++) backend.issue({ doors: [FRONT], validS: 3600 });
  await exporting.run([door]);
  const size = statSync(join(out, 'api/postern/tokenlist', FRONT, 'full')).size;
  const download = join(folder, 'resumes', 'token-list.download');
  const begun = (): boolean => (statSync(download, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const { url, server } = await fallingProxy(Number(new URL(nginx.url).port), begun);
  const sync = await doorAt(url, 'resumes');
  try {
    await asked();
    await sync.syncNow();
    const stopped = statSync(download).size;
    assert.ok(sync.list() === undefined && stopped > 0 && stopped < size, `${stopped} of ${size} bytes`);
    await sync.syncNow();
    assert.equal(await asked(), ['full 200', 'full 206']);
    assert.ok((sync.list()?.head.count ?? 0) >= 6_000);
  } finally {
    await sync.stop();
    server.close();
  }
});

test.run();
