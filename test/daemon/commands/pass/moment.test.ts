import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isZone, momentIn } from '../../../../daemon/commands/pass/moment.ts';
import { dayText, factLines, momentText } from '../../../../daemon/commands/pass/pass-facts.ts';
import { refuses } from '../../../support/refusal.ts';

const moments: [text: string, zone: string, utc: string][] = [
  ['2026-12-24T08:00', 'Europe/Berlin', '2026-12-24T07:00:00.000Z'],
  ['2026-07-24 08:00', 'Europe/Berlin', '2026-07-24T06:00:00.000Z'],
  ['2026-07-24T08:00:30', 'Asia/Kolkata', '2026-07-24T02:30:30.000Z'],
  ['2026-12-24T08:00:00+01:00', 'America/New_York', '2026-12-24T07:00:00.000Z'],
  ['2026-12-24T08:00Z', 'Asia/Tokyo', '2026-12-24T08:00:00.000Z'],
  ['2026-12-31T23:30', 'Pacific/Kiritimati', '2026-12-31T09:30:00.000Z'],
  ['2026-01-01T00:15', 'Pacific/Pago_Pago', '2026-01-01T11:15:00.000Z'],
  // The hour that is there twice: the first.
  ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
];
for (const [text, zone, utc] of moments) {
  test(`${text} in ${zone} is ${utc}`, () => assert.is(new Date(momentIn(text, zone, '--from')).toISOString(), utc));
}

for (const text of ['', 'tomorrow', '08:00', '2026-12-24', '24.12.2026 08:00', '2026-02-30T08:00', '2026-12-24T25:00', '2026-12-24T08:00+1', '2026-12-24T08:00 CET', '2026-13-01T08:00']) {
  test(`"${text}" is no time, and what is one is told`, () => refuses(() => momentIn(text, 'Europe/Berlin', '--from'), 'usage', /2026-12-24T08:00/));
}

test('a time that the clocks are put forward over does not exist', () => {
  refuses(() => momentIn('2026-03-29T02:30', 'Europe/Berlin', '--from'), 'usage', /does not exist in Europe\/Berlin/);
  refuses(() => momentIn('2026-03-08T02:30', 'America/New_York', '--from'), 'usage', /does not exist/);
});

test('zones go by their names', () => {
  assert.ok(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires'].every(isZone));
  assert.equal(['', 'Berlin', 'Mars/Olympus', '../etc', '+01:00'].filter(isZone), []);
});

const texts: [utc: string, zone: string, text: string][] = [
  ['2026-12-24T07:00:00Z', 'Europe/Berlin', 'Thu 24 December 2026, 08:00 CET'],
  ['2026-06-24T07:00:00Z', 'Europe/Berlin', 'Wed 24 June 2026, 09:00 CEST'],
  ['2026-06-24T07:00:00Z', 'Europe/London', 'Wed 24 June 2026, 08:00 BST'],
  ['2026-12-24T03:00:00Z', 'America/New_York', 'Wed 23 December 2026, 22:00 EST'],
  ['2026-06-24T18:30:00Z', 'Asia/Kolkata', 'Thu 25 June 2026, 00:00 IST'],
  ['2026-06-24T18:30:00Z', 'UTC', 'Wed 24 June 2026, 18:30 UTC'],
];
for (const [utc, zone, text] of texts) {
  test(`${utc} is written for ${zone} as ${text}`, () => assert.is(momentText(Date.parse(utc), zone), text));
}

test('a pass over the night the clocks go back names each end by its own time', () => {
  const facts = { door: { uuid: '', name: 'x' }, tokenId: '', holder: '', fromMs: Date.parse('2026-10-24T22:30:00Z'), untilMs: Date.parse('2026-10-25T02:30:00Z'), zone: 'Europe/Berlin', uses: 1 };
  assert.equal(factLines(facts), [
    ['Valid from', 'Sun 25 October 2026, 00:30 CEST'], ['Valid until', 'Sun 25 October 2026, 03:30 CET'], ['Time zone', 'Europe/Berlin'], ['Opens', 'once'],
  ]);
  assert.equal(factLines({ ...facts, fromMs: undefined, uses: 5 }).map(([name, value]) => name === 'Opens' ? value : name), ['Valid until', 'Time zone', '5 times']);
  assert.is(dayText(Date.parse('2026-03-02T23:30:00Z'), 'Europe/Berlin'), 'Tue 3 March 2026');
});

test.run();
