import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isOpenAt, type Schedule } from '../../../daemon/base/schedule.ts';

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

test('schedule: one without any hours is never open', () => {
  assert.not.ok(isOpenAt({ weekly: {}, exceptions: [] }, 'UTC', 0));
});

test('schedule: a zone that does not exist is an error, not closed hours', () => {
  assert.throws(() => isOpenAt(deliveries, 'Europe/Atlantis', 0), RangeError);
});

test.run();
