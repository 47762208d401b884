import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ListExport, type ExportCount } from '../../../../daemon/backend/lists/list-export.ts';
import { PosternError } from '../../../../daemon/base/errors.ts';
import { ruuidOf } from '../../../../daemon/base/ids.ts';
import { readDelta } from '../../../../daemon/base/token-list-delta.ts';
import { parseListHead } from '../../../../daemon/base/token-list-file.ts';
import { back, bytesOf, front, ListsSituation } from './lists-situation.ts';

let folder = '';
let it: ListsSituation;
let exporting: ListExport;
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-export-'));
  it = new ListsSituation();
  exporting = new ListExport({ out: folder, lists: it.lists, keySet: () => it.keys.keySet });
});
test.after.each(async () => {
  await it.close();
  rmSync(folder, { recursive: true });
});

const folderOf = (door: Uint8Array): string => join(folder, 'api/postern/tokenlist', ruuidOf(door));
const count = (changes: Partial<ExportCount>): ExportCount => ({ lists: 0, deltas: 0, keySets: 0, removed: 0, ...changes });
/** The time each file was written. */
const times = (door: Uint8Array): Record<string, number> => Object.fromEntries(readdirSync(folderOf(door)).map((name) => [name, statSync(join(folderOf(door), name)).mtimeMs]));

test('the files are what the backend would answer, under the same paths', async () => {
  it.issue([front]);
  assert.equal(await exporting.run([front, back]), count({ lists: 2, deltas: 2, keySets: 1 }));
  assert.ok(readFileSync(join(folder, 'api/postern/keyset')).equals(it.keys.keySet));
  for (const door of [front, back]) {
    assert.ok(readFileSync(join(folderOf(door), 'full')).equals(await bytesOf(await it.lists.current(door))));
    assert.equal(readdirSync(folderOf(door)).sort(), ['1', 'full']);
  }
});

test('run again it writes what changed, and nothing when nothing did', async () => {
  await exporting.run([front, back]);
  const before = times(back);
  assert.equal(await exporting.run([front, back]), count({}));
  it.issue([front]);
  assert.equal(await exporting.run([front, back]), count({ lists: 1, deltas: 2 }));
  assert.equal(times(back), before);
  const deltas = [1, 2].map((version) => readDelta(readFileSync(join(folderOf(front), String(version)))));
  assert.equal(deltas.map((delta) => [delta.fromVersion, delta.list.head.version, delta.changed]), [[1, 2, 1], [2, 2, 0]]);
});

test('a file that replaces another is dated at least a second later', async () => {
  for (let i = 0; i < 4; i++) {
    const before = i > 0 ? statSync(join(folderOf(front), 'full')).mtimeMs : 0;
    it.issue([front]);
    await exporting.run([front]);
    assert.ok(Math.floor(statSync(join(folderOf(front), 'full')).mtimeMs / 1000) > Math.floor(before / 1000));
  }
});

test('deltas from the last sixty versions are there, older ones go, and what is not ours stays [S9]', async () => {
  await exporting.run([front]);
  writeFileSync(join(folderOf(front), 'README'), 'mine');
  writeFileSync(join(folderOf(front), '.00000000-0000-4000-8000-000000000000.new'), 'of an interrupted run');
  for (let i = 0; i < 69; i++) {
    it.issue([front]);
    await it.lists.current(front);
  }
  assert.equal(await exporting.run([front]), count({ lists: 1, deltas: 60, removed: 2 }));
  const names = readdirSync(folderOf(front));
  assert.equal(names.filter((name) => !/^\d+$/.test(name)).sort(), ['README', 'full']);
  assert.is(Math.min(...names.filter((name) => /^\d+$/.test(name)).map(Number)), 11);
});

test('a run that was interrupted before the full list is made up for', async () => {
  await exporting.run([front]);
  const old = readFileSync(join(folderOf(front), 'full'));
  it.issue([front]);
  await exporting.run([front]);
  writeFileSync(join(folderOf(front), 'full'), old);
  rmSync(join(folderOf(front), '2'));
  assert.equal(await exporting.run([front]), count({ lists: 1, deltas: 2 }));
});

for (const [situation, harm] of [
  ['is gone', (path: string) => rmSync(path)],
  ['was cut off', (path: string) => truncateSync(path, 50)],
  ['was changed', (path: string) => writeFileSync(path, 'changed')],
] as const) {
  test(`a full list that ${situation} is written anew`, async () => {
    it.issue([front]);
    await exporting.run([front]);
    harm(join(folderOf(front), 'full'));
    assert.is((await exporting.run([front])).lists, 1);
    assert.is(parseListHead(readFileSync(join(folderOf(front), 'full'))).head.version, 1);
  });
}

test('while the database goes on, what is written leads to the list that is written', async () => {
  await exporting.run([front]);
  it.issue([front]);
  const busy = new ListExport({
    out: folder, keySet: () => it.keys.keySet,
    lists: {
      versions: (...args) => it.lists.versions(...args),
      current: (door) => it.lists.current(door),
      async delta(...args) {
        // Somebody else has the next version made meanwhile.
        it.issue([front]);
        await it.lists.current(front);
        return it.lists.delta(...args);
      },
    },
  });
  await busy.run([front]);
  const names = readdirSync(folderOf(front)).filter((name) => name !== 'full');
  assert.equal(names.sort(), ['1', '2']);
  for (const name of names) assert.is(readDelta(readFileSync(join(folderOf(front), name))).list.head.version, 2);
  assert.is(parseListHead(readFileSync(join(folderOf(front), 'full'))).head.version, 2);
});

test('a folder that cannot be written is named', async () => {
  const inTheWay = join(folder, 'file');
  writeFileSync(inTheWay, '');
  mkdirSync(join(folder, 'other'));
  const failing = new ListExport({ out: inTheWay, lists: it.lists, keySet: () => it.keys.keySet });
  const thrown = await failing.run([front]).catch((error: unknown) => error);
  assert.ok(thrown instanceof PosternError && thrown.code === 'export' && thrown.message.includes(inTheWay), String(thrown));
});

test.run();
