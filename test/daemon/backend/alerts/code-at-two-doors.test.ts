import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeAtTwoDoors } from '../../../../daemon/backend/alerts/code-at-two-doors.ts';
import { raised } from './told-history.ts';

const rule = codeAtTwoDoors({ enabled: true, minTravelS: 30 });

const table: [situation: string, attempts: string[], alerts: string[]][] = [
  ['granted at both within the time', ['0 A granted X', '30 B granted X'], ['30 e0,e1']],
  ['granted at one, denied at the other', ['0 A granted X', '10 B used-up X'], ['10 e0,e1']],
  ['denied at both', ['0 A expired X', '10 B expired X'], ['10 e0,e1']],
  ['time enough to walk', ['0 A granted X', '31 B granted X'], []],
  ['twice at one door', ['0 A granted X', '1 A granted X'], []],
  ['two codes', ['0 A granted X', '1 B granted Y'], []],
  ['first at a door that it is not for', ['0 A wrong-door X', '10 B granted X'], []],
  ['what nobody signed has no id', ['0 A garbage -', '1 B garbage -'], []],
  ['the earlier one reported hours later', ['30 B granted X', '10 A granted X'], ['30 e1,e0']],
];
for (const [situation, attempts, alerts] of table) {
  test(`one code at two doors: ${situation}`, () => assert.equal(raised(rule, attempts), alerts));
}

test.run();
