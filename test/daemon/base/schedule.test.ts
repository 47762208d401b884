import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isOpenAt, openUntil, type Schedule } from '../../../daemon/base/schedule.ts';

const deliveries: Schedule = {
  weekly: { mon: ['08:00-12:00', '13:00-17:00'], sat: ['22:00-24:00'], sun: ['00:00-06:00', '01:30-02:45'] },
  exceptions: [{ date: '2026-12-21', hours: [] }, { date: '2026-12-22', hours: ['10:00-11:00'] }],
};

// 2026-03-02 and 2026-12-21 are Mondays.
const table: [situation: string, timeZone: string, at: string, open: boolean][] = [
  ['the minute before it opens', 'UTC', '2026-03-02T07:59:59.999Z', false],
  ['the moment it opens', 'UTC', '2026-03-02T08:00:00.000Z', true],
  ['the last moment of a span', 'UTC', '2026-03-02T11:59:59.999Z', true],
  ['the end of a span is not in it', 'UTC', '2026-03-02T12:00:00.000Z', false],
  ['the second span of a day', 'UTC', '2026-03-02T13:00:00.000Z', true],
  ['a day without hours', 'UTC', '2026-03-03T09:00:00.000Z', false],
  ['the last minute of a span to 24:00', 'UTC', '2026-03-07T23:59:59.999Z', true],
  ['midnight of a night written as two spans', 'UTC', '2026-03-08T00:00:00.000Z', true],
  ['the same instant is another hour in another zone', 'Asia/Tokyo', '2026-03-02T08:00:00.000Z', false],
  ['the same instant is another day in another zone', 'Pacific/Auckland', '2026-03-01T19:30:00.000Z', true],
  ['winter time', 'Europe/Berlin', '2026-03-02T07:00:00.000Z', true],
  ['summer time begins an hour earlier by UTC', 'Europe/Berlin', '2026-06-01T06:00:00.000Z', true],
  ['before it opens in summer time', 'Europe/Berlin', '2026-06-01T05:59:00.000Z', false],
  ['the last minute before the hour that spring leaves out', 'Europe/Berlin', '2026-03-29T00:59:00.000Z', true],
  ['the first minute after it: the wall shows 03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', true],
  ['the hour that comes twice in autumn, the first time', 'Europe/Berlin', '2026-10-25T00:45:00.000Z', true],
  ['and the second time', 'Europe/Berlin', '2026-10-25T01:45:00.000Z', true],
  ['a holiday is closed', 'UTC', '2026-12-21T09:00:00.000Z', false],
  ['a special day opens', 'UTC', '2026-12-22T10:30:00.000Z', true],
  ['a special day has its own hours alone', 'UTC', '2026-12-22T11:30:00.000Z', false],
  ['a holiday is meant by the door\'s own date', 'America/Los_Angeles', '2026-12-22T01:00:00.000Z', false],
];

for (const [situation, timeZone, at, open] of table) {
  test(`schedule: ${situation}: ${open ? 'open' : 'closed'}`, () => {
    assert.is(isOpenAt(deliveries, timeZone, Date.parse(at)), open);
  });
}

const HOUR_MS = 3_600_000;
const around: Schedule = {
  weekly: { mon: ['08:00-12:00', '12:00-13:30', '22:00-24:00'], tue: ['00:00-06:10'], sun: ['00:00-24:00'], sat: ['12:00-24:00'] },
  exceptions: [{ date: '2026-12-22', hours: [] }],
};
const always: Schedule = { weekly: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ['00:00-24:00']])), exceptions: [] };

const ends: [situation: string, schedule: Schedule, timeZone: string, at: string, until: string | undefined][] = [
  ['closed', around, 'UTC', '2026-03-02T07:59:59.999Z', undefined],
  ['spans that touch are one', around, 'UTC', '2026-03-02T08:00:00.000Z', '2026-03-02T13:30:00.000Z'],
  ['in the middle of a minute', around, 'UTC', '2026-03-02T13:29:30.500Z', '2026-03-02T13:30:00.000Z'],
  ['over midnight', around, 'UTC', '2026-03-02T23:00:00.000Z', '2026-03-03T06:10:00.000Z'],
  ['not into a holiday', around, 'UTC', '2026-12-21T23:00:00.000Z', '2026-12-22T00:00:00.000Z'],
  ['in another zone', around, 'Asia/Kathmandu', '2026-03-02T05:00:00.000Z', '2026-03-02T07:45:00.000Z'],
  ['a weekend that spring makes an hour shorter', around, 'Europe/Berlin', '2026-03-28T11:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['a weekend that autumn makes an hour longer, with Monday closed until eight', around, 'Europe/Berlin', '2026-10-24T10:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['a span that ends within the hour that spring leaves out ends where that hour would begin', { weekly: { sun: ['01:30-02:45'] }, exceptions: [] }, 'Europe/Berlin', '2026-03-29T00:35:00.000Z', '2026-03-29T01:00:00.000Z'],
  ['without an end: as far as is looked', always, 'UTC', '2026-03-02T08:00:00.000Z', '2026-03-04T08:00:00.000Z'],
];
for (const [situation, schedule, timeZone, at, until] of ends) {
  test(`schedule: how long it stays open: ${situation}`, () => {
    const endMs = openUntil(schedule, timeZone, Date.parse(at), 48 * HOUR_MS);
    assert.is(endMs === undefined ? undefined : new Date(endMs).toISOString(), until);
  });
}

test('schedule: until then it is open, at each minute, and then it is not', () => {
  for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe']) {
    for (let hour = 0; hour < 24 * 365; hour += 37) {
      const fromMs = Date.UTC(2026, 0, 1) + hour * HOUR_MS;
      const endMs = openUntil(around, zone, fromMs, 72 * HOUR_MS);
      if (endMs === undefined) {
        assert.not.ok(isOpenAt(around, zone, fromMs));
        continue;
      }
      for (let atMs = fromMs; atMs < endMs; atMs += 7 * 60_000) assert.ok(isOpenAt(around, zone, atMs), `${zone} ${new Date(atMs).toISOString()}`);
      assert.not.ok(isOpenAt(around, zone, endMs), `${zone} ${new Date(endMs).toISOString()}`);
    }
  }
});

test('schedule: one without any hours is never open', () => {
  assert.not.ok(isOpenAt({ weekly: {}, exceptions: [] }, 'UTC', 0));
});

test('schedule: a zone that does not exist is an error, not closed hours', () => {
  assert.throws(() => isOpenAt(deliveries, 'Europe/Atlantis', 0), RangeError);
});

test.run();
