import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LogReader } from '../../../daemon/record/log-reader.ts';
import { codeOf, openLog, withFolder, withLog } from './opened-log.ts';

/** A closed log with a few events. */
async function makeLog(dir: string): Promise<string> {
  const { log } = await openLog(dir);
  for (let i = 0; i < 50; i++) await log.append({ type: 'part-failed', part: 'camera', detail: 'x'.repeat(300) });
  await log.close();
  return join(dir, 'events.db');
}

function change(path: string, work: (db: Database.Database) => void): void {
  const db = new Database(path);
  work(db);
  db.close();
}

/** What opening ends in, and that the file was left as it was. */
async function refusal(dir: string): Promise<{ code: string; message: string }> {
  const path = join(dir, 'events.db');
  const before = readFileSync(path);
  const error = await openLog(dir).then(() => { throw new Error('it opened'); }, (thrown: Error & { code?: string }) => thrown);
  assert.ok(readFileSync(path).equals(before), 'nothing was changed in it');
  return { code: error.code ?? 'bug', message: error.message };
}

test('a log of a newer Postern is refused, and says which schema it is', withFolder(async (dir) => {
  change(await makeLog(dir), (db) => db.pragma('user_version = 99'));
  const { code, message } = await refusal(dir);
  assert.is(code, 'log-newer');
  assert.match(message, /schema 99/);
}));

test('the database of another program is refused', withFolder(async (dir) => {
  change(join(dir, 'events.db'), (db) => db.exec('CREATE TABLE notes (text TEXT)'));
  assert.is((await refusal(dir)).code, 'log-foreign');
}));

const damages: [string, (path: string) => void][] = [
  ['a file that is no database', (path) => writeFileSync(path, 'This is not a database, whatever its name says. '.repeat(200))],
  ['a file cut in half', (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2 / 4_096) * 4_096)],
  ['a file whose pages are zeros', (path) => writeFileSync(path, readFileSync(path).fill(0, 4_096))],
  ['a table that is gone', (path) => change(path, (db) => db.exec('DROP TABLE uses'))],
];
for (const [name, damage] of damages) {
  test(`${name} is refused with what to do, never replaced`, withFolder(async (dir) => {
    damage(await makeLog(dir));
    const { code, message } = await refusal(dir);
    assert.is(code, 'log-damaged');
    assert.match(message, /move it .* to another folder/);
    assert.throws(() => LogReader.open(join(dir, 'events.db')).query({ limit: 10_000 }), /is damaged/, 'for readers, too');
  }));
}

test('a second writer is refused; readers are not', withLog(async ({ log, dir }) => {
  await log.append({ type: 'door-opened' });
  assert.is(await codeOf(openLog(dir)), 'log-in-use');
  const reader = LogReader.open(join(dir, 'events.db'));
  assert.is(reader.query().length, 1);
  await log.append({ type: 'door-closed' });
  assert.is(reader.query().length, 2, 'and they see what is written');
  reader.close();
}));

test('a writer that is gone leaves no lock', withFolder(async (dir) => {
  await makeLog(dir);
  assert.ok(existsSync(join(dir, 'events.lock')));
  const { log } = await openLog(dir);
  await log.close();
}));

test('a state folder that cannot be made is named', withFolder(async (dir) => {
  writeFileSync(join(dir, 'file'), '');
  assert.is(await codeOf(openLog(join(dir, 'file', 'state'))), 'storage');
}));

test('events are appended only, whoever writes', withFolder(async (dir) => {
  const path = await makeLog(dir);
  const refused: [string, RegExp][] = [
    [`UPDATE events SET body = '{}' WHERE seq = 3`, /never changed/],
    ['DELETE FROM events WHERE seq = 50', /only events below the pruning anchor/],
    ['DELETE FROM events WHERE seq = 1', /only events below the pruning anchor/],
    [`INSERT INTO events VALUES (52, 'x', 1, 'door-opened', '{}', 'y')`, /one after the other/],
    [`INSERT OR REPLACE INTO events VALUES (3, 'x', 1, 'door-opened', '{}', 'y')`, /one after the other/],
    ['UPDATE anchor SET through_seq = -1', /only rises/],
    ['DELETE FROM anchor', /stays/],
  ];
  change(path, (db) => {
    for (const [sql, why] of refused) assert.throws(() => db.exec(sql), why, sql);
  });
}));

test('a copy of a log can be read where nothing may be written', withFolder(async (dir) => {
  const path = await makeLog(dir);
  mkdirSync(join(dir, 'copy'));
  copyFileSync(path, join(dir, 'copy', 'events.db'));
  chmodSync(join(dir, 'copy'), 0o500);
  const reader = LogReader.open(join(dir, 'copy', 'events.db'));
  assert.is(reader.query().length, 50);
  reader.close();
  chmodSync(join(dir, 'copy'), 0o700);
}));

test.run();
