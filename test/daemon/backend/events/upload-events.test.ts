import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventDraft } from '../../../../daemon/base/events.ts';
import { DoorLog, newId, without } from './door-log.ts';
import { atSite, BACK, FRONT, type ReportingSite } from './reporting-site.ts';

const seqs = async (site: ReportingSite): Promise<unknown[]> => (await site.find({ oldestFirst: true, maxPageSize: 1_000 })).filter(({ type }) => type !== 'alert-raised').map(({ event }) => event.seq);
const faults = async (site: ReportingSite): Promise<unknown[]> => (await site.find({ oldestFirst: true })).filter(({ chainFault }) => chainFault !== null).map(({ event, chainFault }) => [event.seq, chainFault]);

test('events are acknowledged through the last and found as the door has them', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(3, site.nowMs);
  const { status, body } = await site.upload(log);
  assert.equal([status, body], [200, { acceptedThroughSeq: 3, missingPictures: [] }]);
  const found = await site.find({ oldestFirst: true });
  assert.equal(found.map(({ event }) => event), log.events.map((event) => without(event, 'hash')));
  assert.equal(await site.alertNames(), []);
}));

test('what is uploaded again, whole or in parts, at once or later, is there once', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(20, site.nowMs);
  const parts = [log.events.slice(0, 8), log.events.slice(4, 12), log.events, log.events, log.events.slice(10)];
  for (const part of parts) assert.is((await site.upload(log, part)).body.acceptedThroughSeq, part.at(-1)?.seq);
  await Promise.all([1, 2, 3].map(() => site.upload(log)));
  assert.equal(await seqs(site), log.events.map(({ seq }) => seq));
  assert.equal(await site.alertNames(), []);
}));

test('an upload without events says that the door is there', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(2, site.nowMs);
  assert.equal((await site.upload(log, [])).body, { acceptedThroughSeq: 0, missingPictures: [] });
  await site.upload(log);
  assert.equal((await site.upload(log, [])).status, 200);
  assert.equal(await site.alertNames(), []);
}));

test('a type of event that only a newer door knows is stored as it is, and told in plain words', atSite(async (site) => {
  const log = new DoorLog(FRONT);
  log.append({ type: 'drone-landed', where: { roof: ['north'] } } as unknown as EventDraft, site.nowMs);
  log.append({ type: 'access-denied' } as unknown as EventDraft, site.nowMs + 1);
  assert.is((await site.upload(log)).status, 200);
  const found = await site.find({ oldestFirst: true });
  assert.equal(found.map(({ text }) => text), ['drone landed.', 'Denied: undefined']);
  assert.equal(found[0]?.event.where, { roof: ['north'] });
}));

test('a first upload that begins in the middle of a log is no alert: the door is older than the backend', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(10, site.nowMs);
  await site.upload(log, log.events.slice(6));
  assert.equal([await seqs(site), await site.alertNames()], [[7, 8, 9, 10], []]);
}));

test('events that do not arrive are a gap, told once; when they come after all they are stored', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(10, site.nowMs);
  await site.upload(log, log.events.slice(0, 3));
  await site.upload(log, log.events.slice(6));
  assert.equal([await faults(site), await site.alertNames()], [[[7, 'gap-before']], ['log-gap']]);
  await site.upload(log, log.events.slice(2, 7));
  assert.equal([await seqs(site), await site.alertNames()], [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], ['log-gap']]);
}));

test('a reinstalled door begins a new chain: recognised, said so, and gone on with', atSite(async (site) => {
  await site.upload(new DoorLog(FRONT).fill(5, site.nowMs));
  const anew = new DoorLog(FRONT).fill(7, site.nowMs + 1_000);
  await site.upload(anew, anew.events.slice(0, 4));
  await site.upload(anew);
  assert.equal([await faults(site), await site.alertNames()], [[[1, 'began-anew']], ['log-restarted']]);
  assert.equal((await seqs(site)).length, 12);
}));

test('a log that was rewritten from some event on is stored beside the old one and raises the alert', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(10, site.nowMs);
  await site.upload(log);
  const forged = log.through(6).fill(6, site.nowMs + 60_000);
  const { status, body } = await site.upload(forged, forged.events.slice(6));
  assert.equal([status, body.acceptedThroughSeq], [200, 12]);
  assert.equal(await faults(site), [[7, 'replaces-another']]);
  assert.equal(await site.alertNames(), ['log-rewritten']);
  assert.is((await seqs(site)).length, 16, 'both versions are there');
}));

test('an event that follows another one than the last is a rewritten log', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(4, site.nowMs);
  await site.upload(log);
  const other = log.through(3);
  other.append({ type: 'door-forced' }, site.nowMs + 50);
  other.append({ type: 'door-closed' }, site.nowMs + 60);
  await site.upload(other, other.events.slice(4));
  assert.equal([await faults(site), await site.alertNames()], [[[5, 'replaces-another']], ['log-rewritten']]);
}));

test('an event whose contents do not have its hash is stored with that said of it', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(3, site.nowMs);
  const changed = log.events.map((event) => (event.seq === 2 ? { ...event, type: 'door-opened' as const } : event));
  assert.is((await site.upload(log, changed)).status, 200);
  assert.equal([await faults(site), await site.alertNames()], [[[2, 'contents-changed']], ['log-rewritten']]);
  await site.upload(log, changed);
  assert.is((await seqs(site)).length, 3, 'and once');
}));

test('a log whose end was cut off shows by its head, once', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(10, site.nowMs);
  await site.upload(log);
  await site.upload(log.through(8), []);
  await site.upload(log.through(8), []);
  assert.equal(await site.alertNames(), ['log-rewritten']);
  assert.match(String((await site.alerts())[0]?.text), 'it ends at event 8 but had reached 10');
}));

test('a head that was told, and an event under its number with another hash: rewritten', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(10, site.nowMs);
  await site.upload(log, log.events.slice(0, 9));
  const other = log.through(9);
  other.append({ type: 'door-forced' }, site.nowMs + 5);
  await site.upload(other, other.events.slice(9));
  assert.equal(await site.alertNames(), ['log-rewritten']);
}));

test('two doors\' chains know nothing of each other', atSite(async (site) => {
  const [front, back] = [new DoorLog(FRONT).fill(5, site.nowMs), new DoorLog(BACK).fill(3, site.nowMs)];
  await site.upload(front, front.events.slice(0, 2));
  await site.upload(back);
  await site.upload(front);
  assert.equal(await site.alertNames(), []);
}));

test('events pruned for their age are not taken for missing, nor stored again when a door sends them over', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(4, site.nowMs);
  await site.upload(log);
  await site.clock.advanceTo(3 * 86_400_000, () => new Promise((resolve) => setImmediate(resolve)));
  await site.backend.idle();
  log.fill(2, site.nowMs);
  await site.upload(log, log.events.slice(4));
  assert.equal(await seqs(site), [5, 6]);
  await site.upload(log);
  assert.equal([await seqs(site), await site.alertNames()], [[5, 6], []]);
}, { retention: { maxAgeDays: 1, maxMb: 100, evidenceMaxAgeH: 72, evidenceMaxMb: 100 } }));

test('a use granted offline is counted once, however often it is uploaded; one too many raises the alert', atSite(async (site) => {
  const { tokenId } = site.backend.issue({ doors: [FRONT], validS: 3_600, uses: 1 });
  const log = new DoorLog(FRONT);
  log.attempt('granted', site.nowMs, tokenId, { source: 'offline', rule: 'listed', counted: 1 });
  await site.upload(log);
  await site.upload(log);
  assert.equal(await site.alertNames(), []);
  log.attempt('granted', site.nowMs + 1_000, tokenId, { source: 'offline', rule: 'listed', counted: 1 });
  await site.upload(log);
  await site.upload(log);
  assert.equal(await site.alertNames(), ['overspent']);
}));

type Bad = (site: ReportingSite, log: DoorLog) => [body: unknown, status: number, code: string];
const body = (log: DoorLog, events: unknown = log.events, more: object = {}): unknown => ({ doorUuid: log.doorUuid, events, head: log.head, ...more });
/** The log's last event, changed. */
const with1 = (log: DoorLog, change: object): unknown => body(log, [...log.events.slice(0, -1), { ...log.events.at(-1), ...change }]);
const deep = (levels: number): unknown => (levels === 0 ? 1 : { in: deep(levels - 1) });

const refused: Record<string, Bad> = {
  'no body': () => [{}, 400, 'request-bad'],
  'a door that is none': (_, log) => [{ ...body(log) as object, doorUuid: 'front' }, 400, 'door-uuid-bad'],
  'a door that is not known': (_, log) => [{ ...body(log) as object, doorUuid: 'MDEyMzQ1Njc4OTo7PD0-Pw' }, 404, 'door-unknown'],
  'another door\'s events': (_, log) => [{ ...body(log) as object, doorUuid: BACK }, 403, 'event-of-other-door'],
  'one event of another door among its own': (_, log) => [with1(log, { doorUuid: BACK }), 403, 'event-of-other-door'],
  'ten thousand events': (site) => [body(new DoorLog(FRONT).fill(10_000, site.nowMs)), 413, 'too-large'],
  'two hundred and one events': (site) => [body(new DoorLog(FRONT).fill(201, site.nowMs)), 400, 'request-bad'],
  'events that are no list': (_, log) => [body(log, { 0: log.events[0] }), 400, 'request-bad'],
  'an event that is a text': (_, log) => [body(log, ['door-opened']), 400, 'request-bad'],
  'an event that is null': (_, log) => [body(log, [null]), 400, 'request-bad'],
  'a name of a field of 65 characters': (_, log) => [with1(log, { ['x'.repeat(65)]: 1 }), 400, 'request-bad'],
  'an id that is no ULID': (_, log) => [with1(log, { id: '../../etc/passwd' }), 400, 'event-bad'],
  'a type in capitals': (_, log) => [with1(log, { type: 'DOOR-OPENED' }), 400, 'event-bad'],
  'a type of another kind': (_, log) => [with1(log, { type: { $ne: null } }), 400, 'event-bad'],
  'a time before 1970': (_, log) => [with1(log, { atMs: -1 }), 400, 'event-bad'],
  'a time that is text': (_, log) => [with1(log, { atMs: '2026' }), 400, 'event-bad'],
  'a time beyond all calendars': (_, log) => [with1(log, { atMs: 9e15 }), 400, 'event-bad'],
  'a number that is none': (_, log) => [with1(log, { seq: 1.5 }), 400, 'event-bad'],
  'a number too large to count with': (_, log) => [with1(log, { seq: 2 ** 60 }), 400, 'event-bad'],
  'a hash in capitals': (_, log) => [with1(log, { hash: 'A'.repeat(64) }), 400, 'event-bad'],
  'no hash': (_, log) => [with1(log, { hash: undefined }), 400, 'event-bad'],
  'a text of twenty thousand characters': (_, log) => [with1(log, { detail: '\u0000"'.repeat(10_000) }), 400, 'event-bad'],
  'ten levels in an event': (_, log) => [with1(log, { deep: deep(10) }), 400, 'event-bad'],
  'a hundred members in an event': (_, log) => [with1(log, { many: Array.from({ length: 100 }, () => 0) }), 400, 'event-bad'],
  'events the wrong way round': (_, log) => [body(log, log.events.toReversed()), 400, 'events-unordered'],
  'one event twice': (_, log) => [body(log, [log.events[0], log.events[0]]), 400, 'events-unordered'],
  'a head before the last event': (_, log) => [body(log, log.events, { head: log.through(1).head }), 400, 'events-unordered'],
  'a head without a hash': (_, log) => [body(log, log.events, { head: { seq: 9 } }), 400, 'request-bad'],
  'a field that is not known': (_, log) => [body(log, log.events, { force: true }), 400, 'request-bad'],
  'gone pictures by a path': (_, log) => [body(log, log.events, { gonePictures: [{ attemptId: newId(0), kind: '../scan', sha256: '0'.repeat(64) }] }), 400, 'request-bad'],
};
for (const [what, make] of Object.entries(refused)) {
  test(`refused, and nothing of it stored: ${what}`, atSite(async (site) => {
    const log = new DoorLog(FRONT).fill(3, site.nowMs);
    const [bad, status, code] = make(site, log);
    const reply = await site.post('/api/postern/door/uploadEvents', bad, site.keys.door);
    assert.equal([reply.status, reply.body.code], [status, code], JSON.stringify(reply.body));
    assert.ok(String(reply.body.errorMsg).length > 10);
    assert.equal(await site.find(), []);
    // The door itself goes on as if nothing had been.
    assert.is((await site.upload(log)).status, 200);
    assert.equal(await site.alertNames(), []);
  }));
}

test('taken as they are: hostile texts in an event', atSite(async (site) => {
  const log = new DoorLog(FRONT);
  const texts = ['\'; DROP TABLE events; --', '<script>alert(1)</script>', '\u202egnp.exe', '\ud800', '{{7*7}}', '\u0000', '=1+1', '__proto__'];
  for (const detail of texts) log.append({ type: 'part-failed', part: 'constructor', detail }, site.nowMs);
  assert.is((await site.upload(log)).status, 200);
  assert.equal((await site.find({ oldestFirst: true })).map(({ event }) => event.detail), texts);
  assert.equal(await site.alertNames(), [], 'and their hashes hold');
}));

test('[S8] a key that is bound to another door uploads neither events nor pictures of this one', atSite(async (site) => {
  const db = new Database(join(site.dir, 'backend.sqlite'));
  db.prepare('UPDATE api_keys SET door = ? WHERE role = \'door\'').run(Buffer.from(BACK, 'base64url'));
  db.close();
  const log = new DoorLog(FRONT).fill(1, site.nowMs);
  assert.is((await site.upload(log)).body.code, 'other-door');
  const put = await site.request('PUT', `/api/postern/door/evidence/${FRONT}/${log.events[0]?.id}/scan`, site.keys.door, 'x', 'image/jpeg');
  assert.is(((await put.json()) as { code: string }).code, 'other-door');
  assert.equal(await site.find(), []);
  assert.is((await site.upload(new DoorLog(BACK).fill(1, site.nowMs))).status, 200);
}));

for (const role of ['admin', 'issuer', 'reader'] as const) {
  test(`${role}s upload no events`, atSite(async (site) => {
    const log = new DoorLog(FRONT).fill(1, site.nowMs);
    assert.is((await site.post('/api/postern/door/uploadEvents', body(log), site.keys[role])).body.code, 'wrong-role');
  }));
}

test.run();
