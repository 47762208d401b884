import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { useOutOfHours } from '../../../../daemon/backend/alerts/use-out-of-hours.ts';
import { raised } from './told-history.ts';

const settings = { enabled: true, count: 2, windowH: 1, timeZone: 'Europe/Berlin' };
const HOUR = 3_600;
/** A Thursday, 1 January 1970, in Berlin (an hour ahead of UTC). */
const siteHours = { weekly: { thu: ['08:00-18:00'] }, exceptions: [] };

const table: [situation: string, attempts: string[], alerts: string[]][] = [
  ['denied twice within the hour', ['0 A out-of-hours X', `${HOUR} B out-of-hours X`], [`${HOUR} e0,e1`]],
  ['denied twice in over an hour', ['0 A out-of-hours X', `${HOUR + 1} A out-of-hours X`], []],
  ['once each of two codes', ['0 A out-of-hours X', '1 A out-of-hours Y'], []],
  ['once for its hours and once for its end', ['0 A out-of-hours X', '1 A expired X'], []],
  ['with a grant between: it stays the same code', ['0 A out-of-hours X', '1 A granted X', '2 A out-of-hours X'], ['2 e0,e2']],
];
for (const [situation, attempts, alerts] of table) {
  test(`out of hours: ${situation}`, () => assert.equal(raised(useOutOfHours(settings), attempts), alerts));
}

test('a site with hours: a grant outside them raises the alert, by the clock on its wall', () => {
  const rule = useOutOfHours({ ...settings, siteHours });
  const at = (utcHour: number): string => `${utcHour * HOUR} A granted X`;
  assert.equal(raised(rule, [at(7), at(16.99)]), [], '8 to 18 in Berlin');
  assert.equal(raised(rule, [at(6.99), at(17)]).length, 2);
  assert.equal(raised(useOutOfHours(settings), [at(3)]), [], 'a site without hours has none');
});

test.run();
