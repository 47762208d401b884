import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventDraft, StoredEvent } from '../../../daemon/base/events.ts';
import { canonicalJson } from '../../../daemon/base/canonical-json.ts';
import { verifyLog } from '../../../daemon/record/verify-log.ts';
import { codeOf, DOOR, newFolder, openLog, withFolder, withLog } from './opened-log.ts';

const opened: EventDraft = { type: 'door-opened' };
const TOKEN = 'AAECAwQFBgcICQoLDA0ODw';
const granted = (attemptId: string): EventDraft =>
  ({ type: 'access-granted', attemptId, tokenId: TOKEN, source: 'offline', rule: 'listed', extended: false, counted: 1 });

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

test('each event is stamped, numbered and hashed over the one before it', withLog(async ({ log, clock, trust }) => {
  await log.append({ type: 'daemon-started', version: '1', cleanStop: true });
  clock.advance(1_500);
  trust.now = 'floor';
  const answered = await log.append([opened, { type: 'door-closed' }]);
  const [first, second, third] = log.query() as [StoredEvent, StoredEvent, StoredEvent];
  assert.equal(answered, [second, third]);
  assert.is(first.prevHash, '0'.repeat(64));
  assert.equal([first.seq, second.seq, third.seq], [1, 2, 3]);
  assert.is(second.prevHash, first.hash);
  assert.is(third.prevHash, second.hash);
  assert.equal([first.clock, second.clock, second.doorUuid], ['verified', 'floor', DOOR]);
  assert.is(second.atMs - first.atMs, 1_500);
  const { hash, ...rest } = second;
  assert.is(hash, sha256(canonicalJson(rest)));
  assert.equal(log.head(), { seq: 3, hash: third.hash });
}));

test('[S3] the use of a token is there as soon as its event is', withLog(async ({ log, clock }) => {
  assert.equal(log.usesOf(TOKEN), { counted: 0, lastCountedAtMs: undefined, lastStep: undefined });
  const attemptId = log.newId();
  const countedAtMs = clock.wallMs();
  const [event] = await log.append(granted(attemptId), { tokenId: TOKEN, counts: 1, atMs: countedAtMs, step: 77 }, attemptId);
  assert.is(event?.id, attemptId);
  assert.equal(log.usesOf(TOKEN), { counted: 1, lastCountedAtMs: countedAtMs, lastStep: 77 });
  await log.append(granted('again'), { tokenId: TOKEN, counts: 0, atMs: countedAtMs + 9_000, step: 76 });
  assert.equal(log.usesOf(TOKEN), { counted: 1, lastCountedAtMs: countedAtMs, lastStep: 77 }, 'a re-entry does not count, and a step spent stays spent');
  await log.append(granted('again'), { tokenId: TOKEN, counts: 1, atMs: countedAtMs + 9_500 });
  assert.equal(log.usesOf(TOKEN), { counted: 2, lastCountedAtMs: countedAtMs + 9_500, lastStep: 77 });
}));

test('[S3] an event that cannot be written takes the use of its token with it', withLog(async ({ log }) => {
  const id = log.newId();
  await log.append(opened, undefined, id);
  const error = await codeOf(log.append([granted('a'), opened], { tokenId: TOKEN, counts: 1, atMs: 1 }, id));
  assert.match(error, /^bug: .*UNIQUE/, 'an id that is used twice is a bug, not a failing disk');
  assert.is(log.usesOf(TOKEN).counted, 0);
  assert.is(log.head().seq, 1);
  const [next] = await log.append(opened);
  assert.is(next?.seq, 2, 'and the chain goes on');
}));

test('[S3] a commit that takes over two seconds is unavailable, and counts when it lands after all', withLog(async ({ log, dir, clock, status }) => {
  const told: StoredEvent[] = [];
  log.onStored((event) => told.push(event));
  const slowDisk = new Database(join(dir, 'events.db'));
  slowDisk.exec('BEGIN IMMEDIATE');
  const answer = codeOf(log.append(granted('a'), { tokenId: TOKEN, counts: 1, atMs: 5 }));
  clock.advance(1_999);
  assert.is(status.get('event-log')?.state, 'ok');
  clock.advance(1);
  assert.is(await answer, 'storage');
  assert.is(status.get('event-log')?.state, 'down');
  assert.is(log.usesOf(TOKEN).counted, 0);
  slowDisk.exec('COMMIT');
  slowDisk.close();
  await log.idle();
  assert.is(log.usesOf(TOKEN).counted, 1, 'the opening is lost, not given twice');
  assert.equal(told.map((event) => event.type), ['access-granted']);
  assert.is(status.get('event-log')?.state, 'ok');
}));

test('[S9] when too many commits wait, the next is refused at once', withLog(async ({ log, dir }) => {
  const slowDisk = new Database(join(dir, 'events.db'));
  slowDisk.exec('BEGIN IMMEDIATE');
  const waiting = [log.append(opened), log.append(opened), log.append(opened)];
  assert.is(await codeOf(log.append(opened)), 'storage');
  slowDisk.exec('COMMIT');
  slowDisk.close();
  await Promise.all(waiting);
  assert.is(log.head().seq, 3);
  await log.append(opened);
}, { maxWaiting: 3 }));

test('listeners hear of events in the order of the log, before append resolves', withLog(async ({ log }) => {
  const told: string[] = [];
  log.onStored((event) => told.push(`${event.seq} stored`));
  await Promise.all([1, 2, 3].map((n) => log.append(opened).then(() => told.push(`${n} resolved`))));
  assert.equal(told, ['1 stored', '1 resolved', '2 stored', '2 resolved', '3 stored', '3 resolved']);
}));

test('state survives, and is there once set resolves', withFolder(async (dir) => {
  const before = await openLog(dir);
  assert.is(before.log.state.get('lockdown'), undefined);
  await before.log.state.set('lockdown', { by: 'admin', sinceMs: 1 });
  assert.equal(before.log.state.get('lockdown'), { by: 'admin', sinceMs: 1 });
  await before.log.state.set('lockdown', null);
  await before.log.close();
  const after = await openLog(dir);
  assert.is(after.log.state.get('lockdown'), null);
  await after.log.close();
}));

test('a log opened again goes on where it ended', withFolder(async (dir) => {
  const before = await openLog(dir);
  const [last] = await before.log.append(opened);
  await before.log.close();
  assert.is(await codeOf(before.log.append(opened)), 'storage');
  const after = await openLog(dir);
  assert.equal(after.log.head(), { seq: 1, hash: last?.hash });
  const [next] = await after.log.append(opened, undefined, after.log.newId().replace(/.$/, 'Z'));
  assert.is(next?.prevHash, last?.hash);
  await after.log.close();
}));

test('two runs with the same clock and random source write the same log', withFolder(async () => {
  const runs: StoredEvent[][] = [];
  for (const dir of [newFolder(), newFolder()]) {
    const { log, clock } = await openLog(dir);
    await log.append(opened);
    clock.advance(10);
    await log.append([granted(log.newId()), opened]);
    runs.push(log.query());
    await log.close();
  }
  assert.equal(runs[0], runs[1]);
}));

test('events are found by type, time, place and number', withLog(async ({ log, clock }) => {
  const start = clock.wallMs();
  for (let i = 0; i < 6; i++) {
    await log.append(i % 2 === 0 ? opened : { type: 'door-closed' });
    clock.advance(1_000);
  }
  const seqs = (query: Parameters<typeof log.query>[0]): number[] => log.query(query).map((event) => event.seq);
  assert.equal(seqs({ types: ['door-opened'] }), [1, 3, 5]);
  assert.equal(seqs({ types: ['door-opened', 'door-closed'], newestFirst: true, limit: 2 }), [6, 5]);
  assert.equal(seqs({ sinceMs: start + 2_000, untilMs: start + 4_000 }), [3, 4]);
  assert.equal(seqs({ sinceMs: start + 2_000, newestFirst: true, limit: 3 }), [6, 5, 4]);
  assert.equal(seqs({ afterSeq: 4 }), [5, 6]);
  assert.equal(seqs({ types: [] }), []);
}));

test('[S9] a text of any length takes bounded room', withLog(async ({ log }) => {
  const [event] = await log.append({ type: 'part-failed', part: 'camera', detail: '\u0000\ud800"'.repeat(100_000) });
  assert.is((event as { detail: string }).detail.length, 2_001);
  assert.equal(log.query(), [event]);
}));

test('pruning deletes the oldest and leaves what the rest is chained to', withLog(async ({ log, clock }) => {
  for (let i = 0; i < 10; i++) {
    await log.append(opened);
    clock.advance(1_000);
  }
  const fourth = log.query()[3];
  assert.is(await log.prune({ maxAgeMs: 6_000 }), 4);
  const left = log.query();
  assert.equal(left.map((event) => event.seq), [5, 6, 7, 8, 9, 10, 11]);
  const [notice] = log.query({ types: ['log-pruned'] });
  assert.equal(notice?.type === 'log-pruned' && [notice.seq, notice.throughSeq, notice.throughHash], [11, 4, fourth?.hash]);
  assert.is(left[0]?.prevHash, fourth?.hash);
}));

test('a log that is too large is pruned in steps, each with its own event, and stays whole', withLog(async ({ log, dir }) => {
  const many = Array.from({ length: 500 }, (): EventDraft => ({ type: 'part-failed', part: 'camera', detail: 'x'.repeat(400) }));
  for (let i = 0; i < 10; i++) await log.append(many);
  const deleted = await log.prune({ maxBytes: 1_000_000 });
  assert.ok(deleted > 2_000 && deleted < 5_000, `${deleted} were deleted`);
  assert.ok(log.query({ types: ['log-pruned'] }).length > 1);
  const result = verifyLog(join(dir, 'events.db'), { anchor: log.head() });
  assert.ok(result.ok);
  assert.is(result.prunedThroughSeq, deleted);
  assert.is(await log.prune({ maxBytes: 1_000_000 }), 0, 'it is below its limit now');
}));

test('a suspect clock deletes no event and forgets no use [S3]', withLog(async ({ log, clock, trust }) => {
  await log.append(granted('a'), { tokenId: TOKEN, counts: 1, atMs: clock.wallMs() });
  clock.jumpWall(1e12);
  trust.now = 'suspect';
  assert.is(await log.prune({ maxAgeMs: 1_000 }), 0);
  assert.is(await log.pruneUses(clock.wallMs()), 0);
  trust.now = 'verified';
  assert.is(await log.pruneUses(clock.wallMs()), 1);
  assert.is(log.usesOf(TOKEN).counted, 0);
  assert.is(await log.prune({ maxAgeMs: 1_000 }), 1);
}));

test('[S3] only uses from before the given time are forgotten, a thousand at a time', withLog(async ({ log }) => {
  const writes = Array.from({ length: 1_100 }, (_, i) => log.append(opened, { tokenId: `token-${i}`, counts: 1, atMs: i }));
  await Promise.all(writes);
  assert.is(await log.pruneUses(1_050), 1_000);
  assert.is(await log.pruneUses(1_050), 50);
  assert.is(await log.pruneUses(1_050), 0);
  assert.is(log.usesOf('token-1049').counted, 0);
  assert.is(log.usesOf('token-1050').counted, 1);
}, { maxWaiting: 2_000 }));

test.run();
