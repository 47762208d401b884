import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import Database from 'better-sqlite3';
import { ApiError } from '../../../daemon/base/http/api-error.ts';
import { SharedCommits } from '../../../daemon/backend/shared-commits.ts';
import { openStore, type Store } from '../../../daemon/backend/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-commits-'));
let store: Store;
let other: Store;
let commits: SharedCommits;
let committed: number[];

test.before.each(() => {
  store = openStore(folder);
  store.exec('CREATE TABLE IF NOT EXISTS marks (mark TEXT PRIMARY KEY, load BLOB); DELETE FROM marks');
  other = new Database(join(folder, 'backend.sqlite'), { readonly: true });
  committed = [];
  commits = new SharedCommits(store, (works) => committed.push(works));
});
test.after.each(() => {
  other.close();
  store.close();
});
test.after(() => rmSync(folder, { recursive: true }));

const mark = (name: string): string => {
  store.prepare('INSERT INTO marks (mark) VALUES (?)').run(name);
  return name;
};
const marksSeenBy = (connection: Store): string[] => connection.prepare<[], string>('SELECT mark FROM marks ORDER BY mark').pluck().all();
const outcomesOf = (works: Promise<unknown>[]): Promise<string[]> =>
  Promise.all(works.map((work) => work.then((value) => `done ${String(value)}`, (error: unknown) => `failed ${String((error as { code?: string }).code ?? error)}`)));

test('work that waits at the same time shares one commit, and each gets its own result', async () => {
  assert.equal(await outcomesOf(['a', 'b', 'c'].map((name) => commits.run(() => mark(name)))), ['done a', 'done b', 'done c']);
  assert.equal(committed, [3]);
});

test('[S3] nobody is answered before the commit, nor is anything seen by others', async () => {
  let seenDuring: string[] = [];
  const first = commits.run(() => mark('a'));
  const second = commits.run(() => {
    seenDuring = marksSeenBy(other);
  });
  await first;
  assert.equal(marksSeenBy(other), ['a']);
  await second;
  assert.equal(seenDuring, []);
});

test('work that throws undoes its own changes alone, those of a transaction within it too', async () => {
  const works = [
    commits.run(() => mark('a')),
    commits.run(() => {
      store.transaction(() => mark('b')).immediate();
      throw new ApiError(409, 'no', 'No.');
    }),
    commits.run(() => mark('c')),
  ];
  assert.equal(await outcomesOf(works), ['done a', 'failed no', 'done c']);
  assert.equal(marksSeenBy(other), ['a', 'c']);
});

test('[S3] a commit that fails fails all that were in it, and nothing of them stays; the next one works', async () => {
  const works = [
    commits.run(() => mark('a')),
    commits.run(() => {
      // Checked at the commit.
      store.pragma('defer_foreign_keys = ON');
      store.prepare('INSERT INTO token_doors (door, token, place) VALUES (x\'00\', x\'00\', 0)').run();
    }),
    commits.run(() => mark('c')),
  ];
  assert.equal(await outcomesOf(works), Array.from({ length: 3 }, () => 'failed SQLITE_CONSTRAINT_FOREIGNKEY'));
  assert.equal(marksSeenBy(other), []);
  assert.equal(committed, []);
  assert.is(await commits.run(() => mark('d')), 'd');
  assert.equal(marksSeenBy(other), ['d']);
});

test('[S3] work that ends the whole transaction, as a failing disk does, takes the others with it and leaves nothing', async () => {
  const works = [
    commits.run(() => mark('a')),
    commits.run(() => {
      store.exec('ROLLBACK');
      throw new Error('disk I/O error');
    }),
    commits.run(() => mark('c')),
  ];
  assert.equal(await outcomesOf(works), Array.from({ length: 3 }, () => 'failed Error: disk I/O error'));
  assert.equal(marksSeenBy(other), []);
  assert.is(await commits.run(() => mark('d')), 'd');
});

test('[S3] on a full disk what was answered is there and what was refused is not', async () => {
  store.pragma(`max_page_count = ${Number(store.pragma('page_count', { simple: true })) + 3}`);
  const names = ['a', 'big', 'c'];
  const outcomes = await outcomesOf(names.map((name) => commits.run(() => {
    mark(name);
    if (name === 'big') store.prepare('UPDATE marks SET load = zeroblob(1000000) WHERE mark = ?').run(name);
    return name;
  })));
  assert.is(outcomes[1], 'failed SQLITE_FULL');
  assert.equal(marksSeenBy(other), names.filter((name) => outcomes.includes(`done ${name}`)));
});

test('a database that another process holds for too long refuses, and works again after', async () => {
  const holder = new Database(join(folder, 'backend.sqlite'));
  store.pragma('busy_timeout = 10');
  holder.exec('BEGIN IMMEDIATE');
  assert.equal(await outcomesOf([commits.run(() => mark('a'))]), ['failed SQLITE_BUSY']);
  holder.exec('ROLLBACK');
  holder.close();
  assert.equal(await outcomesOf([commits.run(() => mark('b'))]), ['done b']);
});

test('[S9] no more than 256 pieces of work are in one commit', async () => {
  await Promise.all(Array.from({ length: 600 }, (_, i) => commits.run(() => mark(`m${i}`))));
  assert.equal(committed, [256, 256, 88]);
});

/** A preparation that ends when it is told to. */
function preparation(): { promise: Promise<string>; end: (name: string) => void; fail: () => void } {
  let end: (name: string) => void = () => undefined;
  let fail: () => void = () => undefined;
  const promise = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = () => reject(new Error('no'));
  });
  return { promise, end, fail };
}
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

test('works that were being prepared when a commit was planned come into it, one after the other as they may be ready', async () => {
  const [first, second, third] = [preparation(), preparation(), preparation()];
  const works = [first, second, third].map(({ promise }) => commits.runAfter(promise, mark));
  works.push(commits.run(() => mark('d')));
  await turns(3);
  second.end('b');
  await turns(3);
  third.end('c');
  await turns(3);
  assert.equal(committed, []);
  first.end('a');
  assert.equal(await outcomesOf(works), ['done a', 'done b', 'done c', 'done d']);
  assert.equal(committed, [4]);
});

test('what is announced after a commit was planned is not waited for', async () => {
  const [early, late] = [preparation(), preparation()];
  const works = [commits.runAfter(early.promise, mark), commits.run(() => mark('b'))];
  await turns(1);
  const later = commits.runAfter(late.promise, mark);
  early.end('a');
  assert.equal(await outcomesOf(works), ['done a', 'done b']);
  assert.equal(committed, [2]);
  late.end('c');
  assert.is(await later, 'c');
  assert.equal(committed, [2, 1]);
});

test('a preparation that fails rejects its own work and holds up no other', async () => {
  const failing = preparation();
  const works = [commits.runAfter(failing.promise, mark), commits.run(() => mark('b'))];
  await turns(1);
  failing.fail();
  assert.equal(await outcomesOf(works), ['failed Error: no', 'done b']);
  assert.equal(marksSeenBy(other), ['b']);
});

test('work that was being prepared while everything is closed is told to come back', async () => {
  const slow = preparation();
  const work = outcomesOf([commits.runAfter(slow.promise, mark)]);
  commits.close();
  slow.end('a');
  assert.equal(await work, ['failed stopping']);
  assert.equal(marksSeenBy(other), []);
});

test('closing commits what waits, and whoever comes later is told to come back', async () => {
  const waiting = commits.run(() => mark('a'));
  commits.close();
  assert.is(await waiting, 'a');
  assert.equal(marksSeenBy(other), ['a']);
  assert.equal(await outcomesOf([commits.run(() => mark('b'))]), ['failed stopping']);
});

test.run();
