import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkEntries } from '../../../daemon/access/token-list-check.ts';
import { FENCE_EVERY, TokenListReader } from '../../../daemon/access/token-list.ts';
import { LIST_ENTRY_BYTES } from '../../../daemon/base/token-list-entry.ts';
import { buildTokenList, parseListHead, type ListEntry } from '../../../daemon/base/token-list-file.ts';
import { listHead, listSigner } from './situation.ts';

const test = suite('token list');
const dir = mkdtempSync(join(tmpdir(), 'postern-list-'));
const path = join(dir, 'list.bin');
test.after(() => rmSync(dir, { recursive: true }));

const idOf = (n: number): Uint8Array => createHash('sha256').update(String(n)).digest().subarray(0, 16);
const entryOf = (n: number): ListEntry => ({ id: idOf(n), status: (['active', 'suspended', 'revoked'] as const)[n % 3] as ListEntry['status'], spent: n % 65_536 });
const build = (count: number): Uint8Array => buildTokenList(listHead(), Array.from({ length: count }, (_, n) => entryOf(n)), listSigner);

async function readerOf(bytes: Uint8Array): Promise<TokenListReader> {
  writeFileSync(path, bytes);
  const list = parseListHead(bytes);
  return TokenListReader.open(path, list, await checkEntries({ path, front: bytes.slice(0, list.entriesAt) }));
}

// Around the spacing of the fences and the size of the chunks the worker reads (1 MiB, 55188 entries and a part of one).
for (const count of [0, 1, 2, FENCE_EVERY - 1, FENCE_EVERY, FENCE_EVERY + 1, 2 * FENCE_EVERY, 1_000, 60_000]) {
  test(`of ${count} tokens each is found as it was listed, and no other`, async () => {
    const reader = await readerOf(build(count));
    for (let n = 0; n < count; n++) {
      const found = reader.lookUp(idOf(n));
      const expected = entryOf(n);
      if (!found || found.status !== expected.status || found.spent !== expected.spent || Buffer.compare(found.id, expected.id) !== 0) assert.unreachable(`token ${n}`);
    }
    for (let n = count; n < count + 500; n++) assert.is(reader.lookUp(idOf(n)), undefined);
    assert.is(reader.lookUp(new Uint8Array(16)), undefined, 'before the first');
    assert.is(reader.lookUp(new Uint8Array(16).fill(255)), undefined, 'after the last');
    reader.close();
  });
}

test('a reader goes on with its file after a newer one was renamed over it', async () => {
  const reader = await readerOf(build(1_000));
  const newer = join(dir, 'newer.bin');
  writeFileSync(newer, build(3));
  renameSync(newer, path);
  assert.is(reader.lookUp(idOf(999))?.spent, 999);
  reader.close();
});

test('a file cut off behind the reader\'s back is an error, never a token that is not listed', async () => {
  const reader = await readerOf(build(1_000));
  truncateSync(path, 2_000);
  let code = '';
  try {
    reader.lookUp(new Uint8Array(16).fill(255));
  } catch (thrown) {
    code = (thrown as { code: string }).code;
  }
  assert.is(code, 'storage');
  reader.close();
});

test('closing a reader twice is harmless', async () => {
  const reader = await readerOf(build(1));
  reader.close();
  reader.close();
});

const good = build(60_000);
const entriesAt = parseListHead(good).entriesAt;
const damaged: [what: string, bytes: (bytes: Buffer) => Uint8Array, refusal: RegExp][] = [
  ['a bit of a spent count flipped', (b) => flip(b, entriesAt + 40_000 * LIST_ENTRY_BYTES + 18), /not those that were signed/],
  ['a status of 0', (b) => set(b, entriesAt + 5 * LIST_ENTRY_BYTES + 16, 0), /status/],
  ['two entries changed places', (b) => swapFirstTwo(b), /ascending/],
  ['an entry twice', (b) => Buffer.from(b).fill(b.subarray(entriesAt, entriesAt + LIST_ENTRY_BYTES), entriesAt + LIST_ENTRY_BYTES, entriesAt + 2 * LIST_ENTRY_BYTES), /ascending/],
  ['the last entry missing', (b) => b.subarray(0, -LIST_ENTRY_BYTES), /does not have the entries its head says/],
  ['half of the last entry missing', (b) => b.subarray(0, -9), /does not have the entries its head says/],
  ['one entry more', (b) => Buffer.concat([b, Buffer.alloc(16, 255), Buffer.from([1, 0, 0])]), /more entries/],
];
for (const [what, change, refusal] of damaged) {
  test(`refused in the worker: ${what}`, async () => {
    writeFileSync(path, change(Buffer.from(good)));
    const thrown = await checkEntries({ path, front: good.slice(0, entriesAt) }).then(() => undefined, (t: { code: string; message: string }) => t);
    assert.is(thrown?.code, 'list-refused');
    assert.match(thrown?.message ?? '', refusal);
  });
}

test('a file that is not there is refused, and the process lives', async () => {
  const thrown = await checkEntries({ path: join(dir, 'none'), front: good.slice(0, entriesAt) }).then(() => undefined, (t: { code: string }) => t);
  assert.is(thrown?.code, 'list-refused');
});

function flip(bytes: Buffer, at: number): Buffer {
  return set(bytes, at, (bytes[at] as number) ^ 1);
}

function set(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

function swapFirstTwo(bytes: Buffer): Buffer {
  const first = Buffer.from(bytes.subarray(entriesAt, entriesAt + LIST_ENTRY_BYTES));
  bytes.copyWithin(entriesAt, entriesAt + LIST_ENTRY_BYTES, entriesAt + 2 * LIST_ENTRY_BYTES);
  first.copy(bytes, entriesAt + LIST_ENTRY_BYTES);
  return bytes;
}

test.run();
