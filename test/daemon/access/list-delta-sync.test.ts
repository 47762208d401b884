import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ListSync } from '../../../daemon/access/list-sync.ts';
import { encodeDelta } from '../../../daemon/base/token-list-delta.ts';
import { editsTo } from '../../../daemon/base/token-list-edits.ts';
import { LIST_ENTRY_BYTES, LIST_ID_BYTES } from '../../../daemon/base/token-list-entry.ts';
import { parseListHead } from '../../../daemon/base/token-list-file.ts';
import { atSyncedDoor, list, revokedEntries, type Home } from './door-home.ts';
import type { Handler } from './issuer-server.ts';
import { ELSEWHERE, listSigner, NOON_S, TOKEN_ID, tokenSigner } from './situation.ts';

const test = suite('list sync by deltas');
const MINUTE_MS = 60_000;
const seventh = list();

/** What leads from one list file to another. */
function delta(from: Uint8Array, to: Uint8Array): Uint8Array {
  const [before, after] = [parseListHead(from), parseListHead(to)];
  const [old, block] = [from.slice(before.entriesAt), to.slice(after.entriesAt)];
  const ids = [...idsIn(old), ...idsIn(block)].sort((a, b) => Buffer.compare(a, b)).filter((id, i, all) => i === 0 || !id.equals(all[i - 1] as Buffer));
  return encodeDelta({ version: before.head.version, entriesDigest: before.entriesDigest }, to.slice(0, after.entriesAt), editsTo(block, Buffer.concat(ids))) as Uint8Array;
}

function idsIn(block: Uint8Array): Buffer[] {
  return Array.from({ length: block.length / LIST_ENTRY_BYTES }, (_, i) => Buffer.from(block.subarray(i * LIST_ENTRY_BYTES, i * LIST_ENTRY_BYTES + LIST_ID_BYTES)));
}

/** The parts of the list that were asked for since the last time, with their statuses: `7 200`, `full 304`. */
function asked({ issuer }: Home): string[] {
  return issuer.answered.splice(0).flatMap((line) => /tokenlist\/[^/]+\/?(\S* \d+)$/.exec(line)?.[1] ?? []);
}

const atDoorWithDeltas = (work: (home: Home, sync: ListSync) => Promise<void>): Promise<void> => atSyncedDoor(async (home, sync) => {
  asked(home);
  await work(home, sync);
});

test('a delta brings the next list, and nothing else is fetched', () => atDoorWithDeltas(async (home, sync) => {
  const next = list({ version: 8 }, listSigner, revokedEntries);
  home.issuer.listBytes = next;
  home.issuer.deltas.set(7, delta(seventh, next));
  await sync.syncNow();
  assert.equal(asked(home), ['7 200']);
  assert.equal(home.told(), ['list-accepted']);
  assert.is(sync.list()?.lookUp(TOKEN_ID)?.status, 'revoked');
  assert.is(Buffer.compare(readFileSync(home.listFile), next), 0, 'the file is the full list to the byte');
  assert.equal(readdirSync(home.dir).sort(), ['key-set.cose', 'token-list.bin']);
  const again = await home.restart();
  assert.is(again.list()?.head.version, 8);
  assert.equal(home.told(), []);
}));

test('while a delta is applied the old list is looked up in, and then the new one', () => atDoorWithDeltas(async (home, sync) => {
  const before = sync.list();
  home.issuer.deltas.set(7, delta(seventh, list({ version: 8 }, listSigner, revokedEntries)));
  const syncing = sync.syncNow();
  while (sync.list() === before) {
    assert.is(before?.lookUp(TOKEN_ID)?.status, 'active');
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.is(sync.list()?.lookUp(TOKEN_ID)?.status, 'revoked');
  await syncing;
}));

test('delta follows on delta, over a restart too, and one that leads nowhere is asked for by its tag', () => atDoorWithDeltas(async (home) => {
  let last = seventh;
  for (let version = 8; version < 12; version++) {
    const next = list({ version, count: version }, listSigner, Array.from({ length: version * 100 }, (_, n) => ({ id: Buffer.concat([Buffer.from([n >> 8, n & 255]), Buffer.alloc(14, version)]), status: 'active' as const, spent: n })));
    home.issuer.listBytes = next;
    home.issuer.deltas.set(version - 1, delta(last, next));
    last = next;
    await (await home.restart()).syncNow();
  }
  assert.is(Buffer.compare(readFileSync(home.listFile), last), 0);
  await home.sync?.syncNow();
  await home.sync?.syncNow();
  assert.equal(asked(home), ['7 200', '8 200', '9 200', '10 200', '11 200', '11 304']);
}));

test('a list signed again without a change is taken by a delta', () => atDoorWithDeltas(async (home, sync) => {
  home.issuer.deltas.set(7, delta(seventh, list({ version: 8, issuedAtS: NOON_S - 1 })));
  await sync.syncNow();
  assert.equal([sync.list()?.head.version, sync.list()?.head.issuedAtS], [8, NOON_S - 1]);
}));

// ——— What is refused, and mended by the full list ———
const eighth = list({ version: 8 });
const badDeltas: [situation: string, bytes: () => Uint8Array, why: RegExp][] = [
  ['garbage', () => Buffer.from('<html>Sign in to the Wi-Fi</html>'), /no delta/],
  ['nothing', () => new Uint8Array(0), /no delta/],
  ['the full list', () => eighth, /no delta/],
  ['the front alone', () => delta(seventh, eighth).slice(0, parseListHead(eighth).entriesAt + 12), /ends within/],
  ['something behind it', () => Buffer.concat([delta(seventh, eighth), Buffer.from([0])]), /instead of/],
  ['a delta of another list of version 7', () => delta(list({}, listSigner, revokedEntries), eighth), /another list than the one in hand/],
  ['a delta from another version', () => delta(list({ version: 6 }), eighth), /another list than the one in hand/],
  ['a delta that leaves out a change', () => withoutEdits(delta(seventh, list({ version: 8 }, listSigner, revokedEntries))), /not the list that was signed/],
  ['a changed edit', () => withByte(delta(seventh, list({ version: 8 }, listSigner, revokedEntries)), -1), /not the list that was signed/],
  ['a changed signature', () => withByte(delta(seventh, eighth), parseListHead(eighth).entriesAt + 11), /does not verify/],
  ['a list of another door', () => delta(seventh, list({ version: 8, door: ELSEWHERE })), /another door/],
  ['a lower version (rollback)', () => delta(seventh, list({ version: 6 })), /version 6 is lower than 7/],
  ['the same version with other entries', () => delta(seventh, list({}, listSigner, revokedEntries)), /another list of version 7/],
  ['an expired list (freeze)', () => delta(seventh, list({ version: 8, expiresAtS: NOON_S })), /expired/],
  ['a list from the future', () => delta(seventh, list({ version: 8, issuedAtS: NOON_S + 61 })), /future/],
  ['a token key\'s list', () => delta(seventh, list({ version: 8 }, tokenSigner)), /no list key/],
];
for (const [situation, bytes, why] of badDeltas) {
  test(`refused as a delta, the full list fetched: ${situation}`, () => atDoorWithDeltas(async (home, sync) => {
    home.issuer.deltas.set(7, bytes());
    home.issuer.listBytes = eighth;
    await sync.syncNow();
    assert.equal(asked(home), ['7 200', 'full 200']);
    assert.is(home.warnings.length, 1);
    assert.match(home.warnings[0] ?? '', why);
    assert.equal(home.told(), ['list-accepted']);
    assert.is(Buffer.compare(readFileSync(home.listFile), eighth), 0);
    assert.equal(readdirSync(home.dir).sort(), ['key-set.cose', 'token-list.bin']);
  }));

  test(`refused as a delta and as a full list, the old one kept: ${situation}`, () => atDoorWithDeltas(async (home, sync) => {
    home.issuer.deltas.set(7, bytes());
    home.issuer.listBytes = list({ version: 6 });
    for (let polls = 0; polls < 3; polls++) await sync.syncNow();
    assert.equal(home.told(), ['list-refused']);
    assert.is(home.status.get('list')?.state, 'degraded');
    assert.is(home.warnings.length, 1, 'told once');
    assert.equal(asked(home), ['7 200', 'full 200', '7 200', 'full 200', 'full 200'], 'and deltas are let be');
    assert.is(Buffer.compare(readFileSync(home.listFile), seventh), 0);
    assert.is(sync.list()?.head.version, 7);
  }));
}

test('a delta without an end is given up before it fills the disk, and the full list fetched [S9]', () => atDoorWithDeltas(async (home, sync) => {
  let sent = 0;
  home.issuer.listBytes = eighth;
  home.issuer.instead.set('/api/postern/tokenlist/', (request, response) => {
    if (request.url?.endsWith('/full')) return void response.writeHead(200).end(eighth);
    const chunk = Buffer.alloc(1 << 20);
    const more = (): void => {
      if (response.destroyed) return;
      sent += chunk.length;
      response.write(chunk, more);
    };
    more();
  });
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 8);
  assert.ok(sent > 8e6 && sent < 30e6, `${sent} bytes`);
}));

// ——— Backends without deltas ———
const without: [what: string, missing: Handler][] = [
  ['a backend that says so in JSON', (_, response) => void response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":true,"errorMsg":"no such call","code":"no-such-call"}')],
  ['a static host\'s page', (_, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>')],
  ['a fault', (_, response) => void response.writeHead(500).end()],
  ['a static host that has one page for everything', (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')],
];
for (const [what, missing] of without) {
  test(`without deltas (${what}) the full list is polled, and after an hour a delta is tried again`, () => atDoorWithDeltas(async (home, sync) => {
    home.issuer.instead.set('/api/postern/tokenlist/', (request, response) => (request.url?.endsWith('/full') ? home.issuer.serveList(request, response) : missing(request, response)));
    for (let polls = 0; polls < 4; polls++) await sync.syncNow();
    assert.equal(asked(home).map((line) => line.split(' ')[0]), ['7', 'full', '7', 'full', 'full', 'full']);
    home.issuer.listBytes = eighth;
    await sync.syncNow();
    assert.is(sync.list()?.head.version, 8);
    asked(home);
    home.clock.advance(60 * MINUTE_MS);
    await sync.syncNow();
    await sync.syncNow();
    assert.equal(asked(home).map((line) => line.split(' ')[0]), ['8', 'full', 'full']);
    assert.ok(home.warnings.length <= 1);
  }));
}

test('a list too old for a delta is fetched whole, and from then on deltas are used', () => atDoorWithDeltas(async (home, sync) => {
  home.issuer.listBytes = eighth;
  await sync.syncNow();
  assert.equal(asked(home), ['7 404', 'full 200']);
  const ninth = list({ version: 9 }, listSigner, revokedEntries);
  home.issuer.deltas.set(8, delta(eighth, ninth));
  await sync.syncNow();
  assert.equal(asked(home), ['8 200']);
  assert.is(sync.list()?.head.version, 9);
}));

test('a backend from before deltas has its list under the door\'s own path, which is found', () => atDoorWithDeltas(async (home, sync) => {
  home.issuer.instead.set('/api/postern/tokenlist/', (request, response) => (/tokenlist\/[^/]+$/.test(request.url ?? '') ? home.issuer.serveList(request, response) : void response.writeHead(404).end()));
  home.issuer.listBytes = eighth;
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 8);
  home.issuer.listBytes = list({ version: 9 });
  for (let polls = 0; polls < 3; polls++) await sync.syncNow();
  assert.is(sync.list()?.head.version, 9);
  assert.equal(asked(home), ['7 404', 'full 404', ' 200', '8 404', ' 200', ' 304', ' 304']);
  home.issuer.instead.clear();
  home.issuer.listBytes = list({ version: 10 });
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 10, 'updated, it is found where it is now');
}));

// ——— A full download that breaks off ———
const many = Array.from({ length: 5_000 }, (_, n) => ({ id: Buffer.concat([Buffer.from([n >> 8, n & 255]), Buffer.alloc(14, 9)]), status: 'active' as const, spent: 0 }));
const large = list({ version: 8 }, listSigner, many);

/** Sends the first half of the list and, when the door has it, lets the connection fall. */
function breaksOff(home: Home, etag: string): void {
  home.issuer.instead.set('/api/postern/tokenlist/', (request, response) => {
    if (!request.url?.endsWith('/full')) return void response.writeHead(404).end();
    const download = join(home.dir, 'token-list.download');
    const fallWhenThere = (): void => {
      if (existsSync(download) && statSync(download).size === 50_000) response.socket?.end();
      else setImmediate(fallWhenThere);
    };
    response.writeHead(200, { etag, 'content-length': String(large.length) }).write(large.slice(0, 50_000), fallWhenThere);
  });
}

/** Answers ranges of the list as a static host does; the ranges that were asked for. */
function servesRanges(home: Home, etag: string, bytes = large): string[] {
  const ranges: string[] = [];
  home.issuer.instead.set('/api/postern/tokenlist/', (request, response) => {
    if (!request.url?.endsWith('/full')) return void response.writeHead(404).end();
    ranges.push(request.headers.range ?? 'all');
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
    if (Number.isNaN(from) || request.headers['if-range'] !== etag) return void response.writeHead(200, { etag }).end(bytes);
    if (from >= bytes.length) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    response.writeHead(206, { etag, 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }).end(bytes.slice(from));
  });
  return ranges;
}

test('a full list that breaks off goes on where it ended', () => atDoorWithDeltas(async (home, sync) => {
  breaksOff(home, '"eight"');
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 7);
  const ranges = servesRanges(home, '"eight"');
  await sync.syncNow();
  assert.equal(ranges, ['bytes=50000-']);
  assert.is(Buffer.compare(readFileSync(home.listFile), large), 0);
  assert.equal(readdirSync(home.dir).sort(), ['key-set.cose', 'token-list.bin']);
}));

test('when the list has become another meanwhile, it is sent whole', () => atDoorWithDeltas(async (home, sync) => {
  breaksOff(home, '"eight"');
  await sync.syncNow();
  const ninth = list({ version: 9 }, listSigner, many);
  servesRanges(home, '"nine"', ninth);
  await sync.syncNow();
  assert.is(Buffer.compare(readFileSync(home.listFile), ninth), 0);
}));

test('without a strong tag nothing is gone on with', () => atDoorWithDeltas(async (home, sync) => {
  breaksOff(home, 'W/"eight"');
  await sync.syncNow();
  const ranges = servesRanges(home, 'W/"eight"');
  await sync.syncNow();
  assert.equal(ranges, ['all']);
  assert.is(sync.list()?.head.version, 8);
}));

test('a rest that is another than was asked for is not taken, and the next time all is', () => atDoorWithDeltas(async (home, sync) => {
  breaksOff(home, '"eight"');
  await sync.syncNow();
  home.issuer.instead.set('/api/postern/tokenlist/', (request, response) => void response.writeHead(request.url?.endsWith('/full') ? 206 : 404, { etag: '"eight"', 'content-range': 'bytes 0-9/10' }).end('0123456789'));
  await sync.syncNow();
  assert.is(sync.list()?.head.version, 7);
  const ranges = servesRanges(home, '"eight"');
  await sync.syncNow();
  assert.equal(ranges, ['all']);
  assert.is(sync.list()?.head.version, 8);
}));

test('told that there is no such rest (416), all is fetched at once', () => atDoorWithDeltas(async (home, sync) => {
  breaksOff(home, '"eight"');
  await sync.syncNow();
  const ranges = servesRanges(home, '"eight"', list({ version: 8 }));
  await sync.syncNow();
  assert.equal(ranges, ['bytes=50000-', 'all']);
  assert.is(sync.list()?.head.version, 8);
}));

function withByte(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const place = at < 0 ? bytes.length + at : at;
  changed[place] = (changed[place] as number) ^ 1;
  return changed;
}

/** The same front, leading to the same list by nothing. */
function withoutEdits(bytes: Uint8Array): Uint8Array {
  const editsAt = bytes.length - LIST_ENTRY_BYTES;
  const changed = Uint8Array.from(bytes.subarray(0, editsAt));
  changed.fill(0, editsAt - 4);
  return changed;
}

test.run();
