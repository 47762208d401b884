import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { denialsInARow } from '../../../../daemon/backend/alerts/denials-in-a-row.ts';
import { raised } from './told-history.ts';

const rule = denialsInARow({ enabled: true, count: 3, windowS: 60 });

const table: [situation: string, attempts: string[], alerts: string[]][] = [
  ['three within a minute', ['0 A garbage', '20 A expired X', '60 A garbage'], ['60 e0,e1,e2']],
  ['three in a minute and a second', ['0 A garbage', '20 A garbage', '61 A garbage'], []],
  ['two', ['0 A garbage', '1 A garbage'], []],
  ['a grant between them', ['0 A garbage', '1 A garbage', '2 A granted X', '3 A garbage', '4 A garbage'], []],
  ['a grant before and after them', ['0 A granted X', '1 A garbage', '2 A garbage', '3 A garbage', '4 A granted X'], ['3 e1,e2,e3']],
  ['at two doors', ['0 A garbage', '1 B garbage', '2 A garbage', '3 B garbage'], []],
  ['reported in another order', ['40 A garbage', '20 A garbage', '0 A garbage'], ['40 e2,e1,e0']],
  ['a grant that is reported last, between them: nothing is taken back', ['0 A garbage', '1 A garbage', '3 A garbage', '2 A granted X'], ['3 e0,e1,e2']],
  ['a fourth, which would be in the same row', ['0 A garbage', '1 A garbage', '2 A garbage', '3 A garbage'], ['2 e0,e1,e2', '3 e1,e2,e3']],
];
for (const [situation, attempts, alerts] of table) {
  test(`denials: ${situation}`, () => assert.equal(raised(rule, attempts), alerts));
}

test.run();
