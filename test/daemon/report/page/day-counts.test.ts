import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import type { EventDraft, StoredEvent } from '../../../../daemon/base/events.ts';
import { systemRandom } from '../../../../daemon/base/ids.ts';
import { EventLog } from '../../../../daemon/record/event-log.ts';
import { Attempts } from '../../../../daemon/report/page/attempts.ts';
import { DayCounts } from '../../../../daemon/report/page/day-counts.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOUR = 3_600_000;
const dir = mkdtempSync(join(tmpdir(), 'postern-counts-'));
const clock = new VirtualClock();
const granted: EventDraft = { type: 'access-granted', attemptId: 'a', tokenId: 'EBESExQVFhcYGRobHB0eHw', source: 'offline', rule: 'listed', extended: false, counted: 0 };
const denied: EventDraft = { type: 'access-denied', attemptId: 'b', source: 'local', reason: 'expired' };
let log: EventLog;
test.before(async () => {
  log = await EventLog.open({ dir, doorUuid: 'AAECAwQFBgcICQoLDA0ODw', clock, random: systemRandom, clockTrust: () => 'verified' });
});
test.after(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
});

/** Goes through the pauses between two bites. */
async function counted(counts: DayCounts): Promise<void> {
  const state = { isDone: false };
  void counts.counted().then(() => (state.isDone = true));
  while (!state.isDone) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('days begin by the door\'s time zone, those without attempts are there with zeros, and what comes later is counted on', async () => {
  // 2026-03-01T23:30Z is the next day in Berlin.
  clock.advance(Date.parse('2026-03-05T23:30:00Z') - clock.wallMs());
  await log.append([granted, denied, { type: 'exit-requested' }]);
  clock.advance(24 * HOUR);
  await log.append([denied, denied, { type: 'door-forced' }, { type: 'access-unavailable', attemptId: 'c', cause: 'storage' }]);
  const counts = new DayCounts({ log, clock, timeZone: 'Europe/Berlin' });
  assert.is(counts.stats(3).complete, false);
  await counted(counts);
  await log.append(granted);
  const { complete, days, today, timeZone } = counts.stats(3);
  assert.is(complete, true);
  assert.is(timeZone, 'Europe/Berlin');
  assert.equal(days, [
    { date: '2026-03-05', granted: 0, denied: 0, unavailable: 0 },
    { date: '2026-03-06', granted: 1, denied: 1, unavailable: 0 },
    { date: '2026-03-07', granted: 1, denied: 2, unavailable: 1 },
  ]);
  assert.is(today.forced, 1);
  assert.is(today.exits, 0);
  assert.equal(today.reasons.map(({ reason, count }) => `${count} ${reason}`), ['2 expired', '1 storage']);
});

test('the numbers of a log of many bites are the same as counting them', async () => {
  for (let i = 0; i < 4; i++) await log.append(Array.from({ length: 200 }, () => denied));
  const counts = new DayCounts({ log, clock, timeZone: 'UTC' });
  counts.stats(90);
  await counted(counts);
  assert.is(counts.stats(90).days.reduce((sum, day) => sum + day.denied, 0), 803);
});

test('a search pages through the log without a gap or a repeat, also where few fit', async () => {
  const attempts = new Attempts({ log, hasPicture: async () => true });
  const all: number[] = [];
  for (let before: number | undefined; ;) {
    const page = await attempts.search({ outcome: 'denied', limit: 100, ...(before !== undefined && { before }) }, { withPictures: false });
    all.push(...page.attempts.map(({ seq }) => seq));
    before = page.nextBefore;
    if (before === undefined) break;
  }
  const expected = log.query({ types: ['access-denied'], limit: 10_000, newestFirst: true }).map((event: StoredEvent) => event.seq);
  assert.equal(all, expected);
});

test('counting that is stopped reads no more of the log', async () => {
  const asked: unknown[] = [];
  const counts = new DayCounts({ log: { query: (query) => (asked.push(query), []), placesOf: () => ({ first: 1, last: 10_000 }), head: () => ({ seq: 10_000 }), onStored: () => undefined }, clock, timeZone: 'UTC' });
  counts.stats(1);
  await new Promise((resolve) => setImmediate(resolve));
  counts.stop();
  const before = asked.length;
  await counted(counts);
  assert.is(asked.length, before);
});

test.run();
