import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Checkpoints } from '../../../daemon/backend/checkpoints.ts';
import { openStore, type Store } from '../../../daemon/backend/store.ts';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { eventually } from '../../support/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-checkpoints-'));
let store: Store;
let clock: VirtualClock;
let checkpoints: Checkpoints;

test.before.each(() => {
  store = openStore(folder);
  store.exec('CREATE TABLE IF NOT EXISTS loads (id INTEGER PRIMARY KEY, load BLOB)');
  // Only what this part does, and nothing that SQLite does by itself.
  store.pragma('wal_autocheckpoint = 0');
  clock = new VirtualClock();
  checkpoints = new Checkpoints(store, folder, clock);
});
test.after.each(async () => {
  await checkpoints.close();
  store.close();
});
test.after(() => rmSync(folder, { recursive: true }));

/** As many pages of the log as one piece of work leaves there, `times` over. */
function commit(times: number): void {
  const insert = store.prepare('INSERT INTO loads (load) VALUES (zeroblob(3000))');
  for (let i = 0; i < times; i++) store.transaction(() => Array.from({ length: 64 }, () => insert.run()))();
}

const sizeOf = (file: string): number => statSync(join(folder, file)).size;

test('much work in little time has a thread, which brings the log into the database; then the log begins anew', async () => {
  const before = sizeOf('backend.sqlite');
  commit(20);
  assert.is(sizeOf('backend.sqlite'), before, 'what is committed is in the log alone');
  checkpoints.committed(2_048);
  assert.is(checkpoints.isBusy, true);
  await eventually('a database that has what was committed', () => sizeOf('backend.sqlite') >= before + 20 * 64 * 3_000);
  await eventually('a commit that uses the space in the log again', () => {
    const log = sizeOf('backend.sqlite-wal');
    commit(1);
    checkpoints.committed(2_048);
    return sizeOf('backend.sqlite-wal') === log;
  });
});

test('a log that got long while commits came all the time is brought to its beginning', async () => {
  // 64 MB and more.
  commit(260);
  const log = sizeOf('backend.sqlite-wal');
  assert.ok(log > 64 * 1_048_576);
  checkpoints.committed(2_048);
  // Not by the backstop either.
  store.pragma('wal_autocheckpoint = 0');
  // Comes in between, so that the thread alone does not get to the end of the log.
  const coming = setInterval(() => commit(1), 1);
  try {
    await eventually('a log that is cut to its limit, as SQLite does when it begins anew', () => sizeOf('backend.sqlite-wal') <= 64 * 1_048_576);
  } finally {
    clearInterval(coming);
  }
});

test('the same work over a longer time has none, and one that was there ends', async () => {
  checkpoints.committed(2_047);
  clock.advance(10_000);
  checkpoints.committed(1);
  assert.is(checkpoints.isBusy, false);
  checkpoints.committed(2_048);
  assert.is(checkpoints.isBusy, true);
  assert.is(store.pragma('wal_autocheckpoint', { simple: true }), 65_536, 'only a backstop meanwhile');
  clock.advance(60_000);
  checkpoints.committed(2_048);
  assert.is(checkpoints.isBusy, false);
  assert.is(store.pragma('wal_autocheckpoint', { simple: true }), 1_000, 'SQLite does it by itself again');
});

test('a database in memory has no log and no thread', () => {
  const inMemory = new Checkpoints(store, undefined, clock);
  inMemory.committed(100_000);
  assert.is(inMemory.isBusy, false);
});

test('closing in the middle of a checkpoint loses nothing', async () => {
  commit(20);
  const rows = store.prepare('SELECT count(*) FROM loads').pluck().get();
  checkpoints.committed(2_048);
  await checkpoints.close();
  store.close();
  store = openStore(folder);
  assert.is(store.prepare('SELECT count(*) FROM loads').pluck().get(), rows);
  assert.is(store.pragma('integrity_check', { simple: true }), 'ok');
});

test.run();
