import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DoorTime, nameOfDay, span } from '../../../../../daemon/report/page/client/door-time.ts';

const berlin = new DoorTime('Europe/Berlin');
const noonMs = Date.parse('2026-11-24T11:00:00Z');

test('a time is told as the door\'s wall clock shows it, with its day where that is another', () => {
  assert.is(berlin.time(noonMs), '12:00:00');
  assert.is(berlin.exact(noonMs, noonMs + 3_600_000), '12:00:00');
  assert.is(berlin.short(noonMs, noonMs), '12:00');
  assert.is(berlin.exact(noonMs - 86_400_000, noonMs), 'Mon 23 Nov, 12:00:00');
  // Past midnight at the door, still the day before in UTC.
  assert.is(berlin.date(Date.parse('2026-11-24T23:30:00Z')), '2026-11-25');
});

for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'UTC']) {
  test(`in ${zone} what is typed is the time that is shown, on every quarter of an hour of a year`, () => {
    const time = new DoorTime(zone);
    for (let ms = Date.parse('2026-01-01T00:00:00Z'); ms < Date.parse('2027-01-01T00:00:00Z'); ms += 7 * 900_000) {
      const [date, clock] = [time.date(ms), time.time(ms).slice(0, 5)];
      const back = time.at(date, clock);
      // An hour that comes twice is its first.
      assert.ok(back === ms || (back === ms - 3_600_000 && time.time(back).startsWith(clock)), `${zone} ${date} ${clock}`);
    }
  });
}

test('an hour that comes twice is its first, one that is left out is taken for what the clock shows instead', () => {
  assert.is(new Date(berlin.at('2026-10-25', '02:30')).toISOString(), '2026-10-25T00:30:00.000Z');
  assert.is(berlin.time(berlin.at('2026-03-29', '02:30')), '03:30:00');
});

test('what is no time is none', () => {
  for (const [date, time] of [['', ''], ['2026-11-24', ''], ['', '12:00'], ['2026-13-01', '12:00'], ['2026-11-24', '25:00'], ['24.11.2026', '12:00'], ['2026-11-24', '12:00:00'], ['12026-11-24', '12:00']] as const) {
    assert.ok(Number.isNaN(berlin.at(date, time)), `${date} ${time}`);
  }
});

test('a zone the browser does not know is UTC, and says so', () => {
  const lost = new DoorTime('Mars/Olympus');
  assert.is(lost.zone, 'UTC');
  assert.is(lost.time(noonMs), '11:00:00');
});

test('days and spans are told as people do', () => {
  assert.is(nameOfDay('2026-11-24'), 'Tue 24 Nov');
  assert.equal([-5, 0, 89_000, 90_000, 5_400_000, 129_600_000].map(span), ['0 s', '0 s', '89 s', '2 min', '2 h', '2 days']);
});

test.run();
