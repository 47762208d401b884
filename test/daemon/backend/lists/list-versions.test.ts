import Database from 'better-sqlite3';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { first } from '../../../../daemon/backend/migrations/1-first.ts';
import type { ListWork } from '../../../../daemon/backend/lists/list-work.ts';
import { applyDelta, readDelta } from '../../../../daemon/base/token-list-delta.ts';
import { ruuidOf } from '../../../../daemon/base/ids.ts';
import { decodeEntry, LIST_ENTRY_BYTES, parseListHead } from '../../../../daemon/base/token-list-file.ts';
import { back, bytesOf, front, ListsSituation } from './lists-situation.ts';

let folder = '';
let it: ListsSituation;
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-lists-'));
  it = new ListsSituation(folder);
});
test.after.each(async () => {
  await it.close();
  rmSync(folder, { recursive: true });
});

const blocksOf = (door: Uint8Array): string[] => {
  const dir = join(folder, 'lists', ruuidOf(door));
  return existsSync(dir) ? readdirSync(dir) : [];
};

/** The list file that a delta makes of another. */
function applied(delta: Uint8Array, old: Uint8Array): Buffer {
  const read = readDelta(delta);
  return Buffer.concat([read.front, ...applyDelta(read, [old.subarray(parseListHead(old).entriesAt)])]);
}

async function current(door = front): Promise<Buffer> {
  return bytesOf(await it.lists.current(door));
}

async function delta(from: number, door = front): Promise<Buffer> {
  const file = await it.lists.delta(door, from) ?? assert.unreachable(`no delta from ${from}`) as never;
  return bytesOf(file);
}

const versionOf = (list: Uint8Array): number => parseListHead(list).head.version;

test('a delta leads from each version to the current one, and from that nowhere', async () => {
  const given = [await current()];
  for (let i = 0; i < 12; i++) {
    const { id } = it.issue([front, back], 400);
    if (i % 3 === 0) it.revoke(id);
    it.clock.advance(100_000);
    given.push(await current());
  }
  const last = given.at(-1) as Buffer;
  for (const list of given) assert.ok(applied(await delta(versionOf(list)), list).equals(last), `from ${versionOf(list)}`);
  const nowhere = readDelta(await delta(versionOf(last)));
  assert.equal([nowhere.removed, nowhere.changed], [0, 0]);
  for (const unknown of [versionOf(last) + 1, 999]) assert.is(await it.lists.delta(front, unknown), undefined);
});

test('a version once given out stays what it is, also over a restart', async () => {
  it.issue();
  const list = await current();
  await it.close();
  it = new ListsSituation(folder, undefined, it.clock);
  assert.ok((await current()).equals(list));
  assert.equal(it.lists.versions(front, 10), [1]);
});

test('a list signed anew without a change writes its front alone', async () => {
  it.issue();
  await current();
  const before = blocksOf(front).map((name) => [name, statSync(join(folder, 'lists', ruuidOf(front), name)).mtimeMs]);
  it.clock.advance(300_000);
  assert.is(versionOf(await current()), 2);
  assert.equal(blocksOf(front).map((name) => [name, statSync(join(folder, 'lists', ruuidOf(front), name)).mtimeMs]), before);
});

test('the files of old entries go, and no others are there [S9]', async () => {
  for (let i = 0; i < 10; i++) {
    it.issue();
    await current();
    await current(back);
  }
  assert.is(blocksOf(front).length, 4);
  assert.is(blocksOf(back).length, 1);
});

test('versions older than a day go, and their deltas with them; numbers are not used again', async () => {
  await current();
  it.clock.advance(3_600_000);
  const second = await current();
  it.clock.advance(82_800_000 + 1_000);
  await current();
  assert.equal(it.lists.versions(front, 10), [3, 2]);
  assert.is(await it.lists.delta(front, 1), undefined);
  assert.ok(await it.lists.delta(front, versionOf(second)));
  it.store.exec('DELETE FROM list_fronts');
  assert.is(versionOf(await current()), 4);
});

for (const [situation, harm] of [
  ['gone', () => rmSync(join(folder, 'lists'), { recursive: true })],
  ['cut off', () => blocksOf(front).forEach((name) => truncateSync(join(folder, 'lists', ruuidOf(front), name), 7))],
] as const) {
  test(`when the entries' files are ${situation}, as after a database was put back alone, they are read anew`, async () => {
    it.issue();
    const list = await current();
    harm();
    assert.ok((await current()).equals(list), 'the same version, for they are the same');
    harm();
    it.issue();
    const next = await current();
    assert.equal([versionOf(next), next.length], [2, parseListHead(next).fileBytes]);
  });
}

test('what was changed behind the backend\'s back is in the list after an hour at the latest', async () => {
  const { id } = it.issue([front], 86_400);
  await current();
  it.store.prepare('UPDATE tokens SET status = \'revoked\' WHERE id = ?').run(id);
  it.clock.advance(3_000_000);
  const list = await current();
  assert.is(decodeEntry(list, parseListHead(list).entriesAt).status, 'active');
  it.clock.advance(600_000);
  const whole = await current();
  assert.is(decodeEntry(whole, parseListHead(whole).entriesAt).status, 'revoked');
});

test('two backends on one folder give out one row of versions', async () => {
  const other = new ListsSituation(folder, undefined, it.clock);
  try {
    it.issue();
    const lists = await Promise.all([it, other, it, other].map(async ({ lists: each }) => bytesOf(await each.current(front))));
    for (const list of lists) assert.ok(list.equals(lists[0] as Buffer));
    it.issue();
    assert.is(versionOf(await bytesOf(await other.lists.current(front))), 2);
    assert.is(versionOf(await current()), 2);
  } finally {
    await other.close();
  }
});

/** Counts what is asked, and can hold it back. */
class WatchedWork implements ListWork {
  readonly #work: ListWork;
  builds = 0;
  edits_ = 0;
  /** Called after a list was read, before its reader hears of it. */
  afterBuild: () => void | Promise<void> = () => undefined;

  constructor(work: ListWork) {
    this.#work = work;
  }

  async build(...args: Parameters<ListWork['build']>): ReturnType<ListWork['build']> {
    this.builds++;
    const built = await this.#work.build(...args);
    await this.afterBuild();
    return built;
  }

  edits(...args: Parameters<ListWork['edits']>): ReturnType<ListWork['edits']> {
    this.edits_++;
    return this.#work.edits(...args);
  }

  storing(...args: Parameters<ListWork['storing']>): ReturnType<ListWork['storing']> {
    return this.#work.storing(...args);
  }

  close(): Promise<void> {
    return this.#work.close();
  }
}

async function watched(run: (work: WatchedWork) => Promise<void>): Promise<void> {
  let work: WatchedWork | undefined;
  await it.close();
  it = new ListsSituation(folder, (inner) => (work = new WatchedWork(inner)));
  await run(work as WatchedWork);
}

test('all who ask at once wait for one build, and for one delta', () => watched(async (work) => {
  await current();
  for (let i = 0; i < 20; i++) it.issue();
  const lists = await Promise.all(Array.from({ length: 8 }, () => current()));
  assert.equal([work.builds, new Set(lists.map(versionOf)).size], [2, 1]);
  await Promise.all(Array.from({ length: 8 }, () => delta(1)));
  await delta(1);
  assert.is(work.edits_, 1);
}));

test('whoever asks after a revocation gets it, though a build from before it is under way', () => watched(async (work) => {
  const { id } = it.issue();
  const asked: Promise<Buffer>[] = [];
  work.afterBuild = () => {
    if (asked.length > 0) return;
    it.revoke(id);
    asked.push(current());
  };
  await current();
  const list = await (asked[0] ?? assert.unreachable('nobody asked') as never);
  assert.is(decodeEntry(list, parseListHead(list).entriesAt).status, 'revoked');
}));

test('a list that cannot be read fails those who asked, and the next who asks gets one', () => watched(async (work) => {
  work.afterBuild = () => Promise.reject(new Error('the disk'));
  const failed = await Promise.allSettled([current(), current()]);
  assert.equal(failed.map(({ status }) => status), ['rejected', 'rejected']);
  work.afterBuild = () => undefined;
  assert.is(versionOf(await current()), 1);
}));

test('a folder that cannot be written fails the asker, and is written when it can be', async () => {
  writeFileSync(join(folder, 'lists'), 'in the way');
  assert.is((await Promise.allSettled([current()]))[0].status, 'rejected');
  rmSync(join(folder, 'lists'));
  assert.is(versionOf(await current()), 1);
});

test('while a list is read, requests for other things are answered', async () => {
  for (let i = 0; i < 500; i++) it.issue();
  const list = current();
  let turns = 0;
  const reading = { done: false };
  void list.then(() => (reading.done = true));
  while (!reading.done) {
    it.issue([back]);
    turns++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(turns > 3, `${turns} codes were issued meanwhile`);
});

test('a backend that is closed waits for what it is storing', async () => {
  for (let i = 0; i < 300; i++) it.issue();
  for (let times = 0; times < 5; times++) {
    it.issue();
    const { front: signed } = await it.lists.current(front).then(() => it.fronts.newest(front)) ?? assert.unreachable('no front') as never;
    await it.close();
    const { head, entriesDigest } = parseListHead(signed);
    it = new ListsSituation(folder, undefined, it.clock);
    assert.is(it.blocks.size(front, entriesDigest), head.count * LIST_ENTRY_BYTES);
  }
});

test('a database from before deltas goes on with the versions it had', async () => {
  await it.close();
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  const old = new Database(join(folder, 'backend.sqlite'));
  old.exec(first);
  old.pragma('user_version = 1');
  old.prepare('INSERT INTO doors (uuid, name, list_changes) VALUES (?, ?, 7)').run(front, 'front');
  old.prepare('INSERT INTO token_lists (door, version, issued_at_s, built_at_changes, etag, signed) VALUES (?, 41, 1, 7, \'"x"\', x\'00\')').run(front);
  old.close();
  it = new ListsSituation(folder);
  assert.is(versionOf(await current()), 42);
});

test.run();
