import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expiredCodeKeepsTrying } from '../../../../daemon/backend/alerts/expired-code-keeps-trying.ts';
import { raised } from './told-history.ts';

const rule = expiredCodeKeepsTrying({ enabled: true, count: 3, windowH: 1 });

const table: [situation: string, attempts: string[], alerts: string[]][] = [
  ['three times within the hour, at any door', ['0 A expired X', '10 B expired X', '3600 A expired X'], ['3600 e0,e1,e2']],
  ['three times in over an hour', ['0 A expired X', '10 A expired X', '3601 A expired X'], []],
  ['two codes between them', ['0 A expired X', '1 A expired Y', '2 A expired X'], []],
  ['other denials do not count', ['0 A expired X', '1 A revoked X', '2 A expired X', '3 A used-up X'], []],
  ['the middle one reported last', ['0 A expired X', '20 A expired X', '10 B expired X'], ['20 e0,e2,e1']],
];
for (const [situation, attempts, alerts] of table) {
  test(`an expired code: ${situation}`, () => assert.equal(raised(rule, attempts), alerts));
}

test.run();
