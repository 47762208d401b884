import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StoredEvent } from '../../../daemon/base/events.ts';
import { EMPTY_CHAIN, chain, type ChainHead } from '../../../daemon/base/event-chain.ts';
import { verifyLog } from '../../../daemon/record/verify-log.ts';
import { openLog, withFolder, withLog } from './opened-log.ts';

interface Written {
  path: string;
  head: ChainHead;
  events: StoredEvent[];
}

/** A closed log of ten events. */
async function writeLog(dir: string, pruneTo = 0): Promise<Written> {
  const { log, clock } = await openLog(dir);
  for (let i = 1; i <= 10; i++) {
    await log.append({ type: 'door-released', cause: 'token', attemptId: `attempt-${i}`, forMs: 5_000 });
    clock.advance(1_000);
  }
  if (pruneTo > 0) await log.prune({ maxAgeMs: 10_000 - pruneTo * 1_000 });
  const written = { path: join(dir, 'events.db'), head: log.head(), events: log.query() };
  await log.close();
  return written;
}

/** Whoever holds the card is not held up by triggers. */
function tamper(path: string, work: (db: Database.Database) => void): void {
  const db = new Database(path);
  for (const trigger of db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all()) db.exec(`DROP TRIGGER ${String(trigger)}`);
  work(db);
  db.close();
}

const bodyOf = (db: Database.Database, seq: number): string => db.prepare('SELECT body FROM events WHERE seq = ?').pluck().get(seq) as string;
const setBody = (db: Database.Database, seq: number, body: string): void => void db.prepare('UPDATE events SET body = ? WHERE seq = ?').run(body, seq);

/** Chains everything from `seq` on anew, as someone who knows the format would. */
function rechain(db: Database.Database, seq: number, change: (event: Record<string, unknown>) => void): void {
  const before = db.prepare<[number], ChainHead>('SELECT seq, hash FROM events WHERE seq = ?').get(seq - 1) ?? EMPTY_CHAIN;
  let head = before;
  for (const old of db.prepare<[number], { seq: number; body: string }>('SELECT seq, body FROM events WHERE seq >= ? ORDER BY seq').all(seq)) {
    const unchained = JSON.parse(old.body) as StoredEvent;
    if (old.seq === seq) change(unchained);
    const { event, body } = chain(unchained, head);
    db.prepare('UPDATE events SET body = ?, hash = ? WHERE seq = ?').run(body, event.hash, event.seq);
    head = { seq: event.seq, hash: event.hash };
  }
}

test('a log that nobody touched verifies, also while the daemon writes it', withLog(async ({ log, dir }) => {
  const path = join(dir, 'events.db');
  assert.equal(verifyLog(path), { ok: true, checked: 0, pictures: 0, head: EMPTY_CHAIN, prunedThroughSeq: 0 });
  for (let i = 0; i < 5; i++) await log.append([{ type: 'door-opened' }, { type: 'door-closed' }]);
  const writing = log.append({ type: 'exit-requested' });
  const result = verifyLog(path, { anchor: log.head() });
  assert.ok(result.ok);
  assert.ok(result.checked >= 10);
  await writing;
}));

const tampered: [string, (db: Database.Database) => void, number, RegExp][] = [
  ['an event whose contents were edited', (db) => setBody(db, 4, bodyOf(db, 4).replace('5000', '9000')), 4, /contents were changed/],
  ['an event that was deleted', (db) => db.exec('DELETE FROM events WHERE seq = 6'), 6, /It is missing/],
  ['several that were deleted', (db) => db.exec('DELETE FROM events WHERE seq IN (3, 4)'), 3, /Events 3 to 4 are missing/],
  ['a beginning that was deleted', (db) => db.exec('DELETE FROM events WHERE seq <= 2'), 1, /Events 1 to 2 are missing. No log-pruned event/],
  ['two events that changed places', (db) => db.exec('UPDATE events SET seq = 100 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = 4; UPDATE events SET seq = 4 WHERE seq = 100'), 3, /does not follow from event 2/],
  ['an edit with its hash made to fit', (db) => {
    const unchained = JSON.parse(bodyOf(db, 5).replace('5000', '1')) as StoredEvent;
    const before = db.prepare<[], ChainHead>('SELECT seq, hash FROM events WHERE seq = 4').get() as ChainHead;
    const { event, body } = chain(unchained, before);
    db.prepare('UPDATE events SET body = ?, hash = ? WHERE seq = 5').run(body, event.hash);
  }, 6, /does not follow from event 5/],
  ['a time changed in the index only', (db) => db.exec('UPDATE events SET at_ms = at_ms - 1 WHERE seq = 7'), 7, /in the index/],
  ['a type changed in the index only', (db) => db.exec(`UPDATE events SET type = 'door-opened' WHERE seq = 2`), 2, /in the index/],
  ['contents that are no event', (db) => setBody(db, 8, 'not json'), 8, /contents were changed/],
];
for (const [name, work, seq, why] of tampered) {
  test(`${name}: the first broken one is named`, withFolder(async (dir) => {
    const { path } = await writeLog(dir);
    tamper(path, work);
    const { ok, checked, firstBroken } = verifyLog(path);
    assert.not.ok(ok);
    assert.is(firstBroken?.seq, seq);
    assert.match(firstBroken?.why ?? '', why);
    assert.is(checked, seq - 1);
  }));
}

test('a log cut at its end is found by a head that was told elsewhere, and by nothing else', withFolder(async (dir) => {
  const { path, head } = await writeLog(dir);
  tamper(path, (db) => db.exec('DELETE FROM events WHERE seq > 8'));
  assert.ok(verifyLog(path).ok);
  const { ok, firstBroken } = verifyLog(path, { anchor: head });
  assert.not.ok(ok);
  assert.is(firstBroken?.seq, 10);
  assert.match(firstBroken?.why ?? '', /cut at its end/);
}));

test('a log written anew is found by a head that was told elsewhere, and by nothing else', withFolder(async (dir) => {
  const { path, head } = await writeLog(dir);
  tamper(path, (db) => rechain(db, 3, (event) => { event['attemptId'] = 'somebody else'; }));
  assert.ok(verifyLog(path).ok);
  const { ok, firstBroken } = verifyLog(path, { anchor: head });
  assert.not.ok(ok);
  assert.match(firstBroken?.why ?? '', /rewritten/);
}));

test('a pruned log verifies from where it begins, more than once', withFolder(async (dir) => {
  const { path, head } = await writeLog(dir, 4);
  const result = verifyLog(path, { anchor: head });
  assert.equal([result.ok, result.checked, result.prunedThroughSeq], [true, 7, 4]);
  const again = await openLog(dir, { random: (n) => new Uint8Array(n).fill(255) });
  again.clock.advance(3_600_000);
  assert.is(await again.log.prune({ maxAgeMs: 1_000 }), 7);
  await again.log.close();
  assert.equal(verifyLog(path).prunedThroughSeq, 11);
  assert.ok(verifyLog(path).ok, 'the older log-pruned event was pruned with the rest');
  assert.throws(() => verifyLog(path, { anchor: head }), /was pruned/);
}));

const tamperedPruned: [string, (db: Database.Database) => void, number, RegExp][] = [
  ['events cut behind what was pruned', (db) => db.exec('DELETE FROM events WHERE seq = 5'), 5, /missing/],
  ['a first event that does not follow from what was pruned', (db) => rechain(db, 5, (event) => { event['forMs'] = 1; }), 5, /does not follow from what was pruned/],
  ['an event put back that was pruned', (db) => db.exec(`INSERT INTO events VALUES (4, 'x', 1, 'door-opened', '{}', 'y')`), 5, /although the log says that it was pruned/],
  ['a log-pruned event that was edited', (db) => setBody(db, 11, bodyOf(db, 11).replace('"throughSeq":4', '"throughSeq":3')), 4, /missing/],
];
for (const [name, work, seq, why] of tamperedPruned) {
  test(`${name}: the first broken one is named`, withFolder(async (dir) => {
    const { path } = await writeLog(dir, 4);
    tamper(path, work);
    const { ok, firstBroken } = verifyLog(path);
    assert.not.ok(ok);
    assert.is(firstBroken?.seq, seq);
    assert.match(firstBroken?.why ?? '', why);
  }));
}

test('a log whose pages were overwritten is broken where it cannot be read', withFolder(async (dir) => {
  const { log } = await openLog(dir);
  for (let i = 0; i < 40; i++) await log.append(Array.from({ length: 10 }, () => ({ type: 'part-failed', part: 'camera', detail: 'x'.repeat(200) }) as const));
  await log.close();
  const path = join(dir, 'events.db');
  const bytes = readFileSync(path);
  // The page that holds the body of event 200.
  const page = Math.floor(bytes.indexOf('"seq":200,') / 4_096) * 4_096;
  writeFileSync(path, bytes.fill(0xa5, page, page + 4_096));
  const { ok, firstBroken } = verifyLog(path);
  assert.not.ok(ok);
  assert.match(firstBroken?.why ?? '', /database file is damaged here/);
  assert.ok(firstBroken && firstBroken.seq > 150 && firstBroken.seq <= 200, `event ${firstBroken?.seq} is near the damage`);
}));

test('no log at all is told from a broken one', withFolder(async (dir) => {
  assert.throws(() => verifyLog(join(dir, 'events.db')), /There is no event log/);
  const { path } = await writeLog(join(dir, 'state'));
  copyFileSync(path, join(dir, 'alone.db'));
  rmSync(path);
  assert.ok(verifyLog(join(dir, 'alone.db')).ok, 'a copy verifies anywhere');
}));

test.run();
