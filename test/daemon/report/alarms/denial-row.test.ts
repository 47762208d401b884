import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StoredEvent } from '../../../../daemon/base/events.ts';
import { DenialRow } from '../../../../daemon/report/alarms/denial-row.ts';

type Attempt = [atS: number, outcome: 'granted' | 'expired' | 'garbage' | 'lockdown' | 'list-stale' | 'newer-than-list' | 'clock-unverified' | 'needs-online'];

function after(attempts: Attempt[], nowS: number): unknown {
  const row = new DenialRow({ count: 3, windowS: 60 });
  for (const [atS, outcome] of attempts) {
    const common = { seq: 1, id: 'A', atMs: atS * 1000, doorUuid: '', clock: 'verified', prevHash: '', hash: '', attemptId: 'A' } as const;
    const event: StoredEvent = outcome === 'granted'
      ? { ...common, type: 'access-granted', tokenId: 'T', source: 'offline', rule: 'listed', extended: false, counted: 0 }
      : { ...common, type: 'access-denied', source: 'local', reason: outcome };
    row.take(event);
  }
  return row.look(nowS * 1000);
}

const table: [situation: string, attempts: Attempt[], nowS: number, expected: { count: number; sinceMs: number } | undefined][] = [
  ['nobody came', [], 0, undefined],
  ['two', [[0, 'expired'], [1, 'garbage']], 1, undefined],
  ['three', [[0, 'expired'], [1, 'garbage'], [2, 'expired']], 2, { count: 3, sinceMs: 0 }],
  ['three, the first a window ago', [[0, 'expired'], [1, 'garbage'], [60, 'expired']], 60, { count: 3, sinceMs: 0 }],
  ['three, the first more than a window ago', [[0, 'expired'], [1, 'garbage'], [61, 'expired']], 61, undefined],
  ['the window has passed since', [[0, 'expired'], [1, 'garbage'], [2, 'expired']], 61, undefined],
  ['one granted between them', [[0, 'expired'], [1, 'granted'], [2, 'expired'], [3, 'expired']], 3, undefined],
  ['one granted after them', [[0, 'expired'], [1, 'expired'], [2, 'expired'], [3, 'granted']], 3, undefined],
  ['many: since the last three', [[0, 'expired'], [1, 'expired'], [2, 'expired'], [3, 'expired'], [4, 'expired']], 4, { count: 3, sinceMs: 2_000 }],
  ['a door in lockdown turns everybody away', [[0, 'lockdown'], [1, 'lockdown'], [2, 'lockdown']], 2, undefined],
  ['so does one that is offline', [[0, 'list-stale'], [1, 'newer-than-list'], [2, 'clock-unverified'], [3, 'needs-online']], 3, undefined],
];

for (const [situation, attempts, nowS, expected] of table) {
  test(`three in a minute raise it; ${situation}`, () => assert.equal(after(attempts, nowS), expected));
}

test.run();
