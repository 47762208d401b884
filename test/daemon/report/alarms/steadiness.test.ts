import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alarmTable } from '../../../../daemon/report/alarms/alarm-table.ts';
import { resumed, step, type Hold, type Standing } from '../../../../daemon/report/alarms/steadiness.ts';

/** Each letter is a second: `x` something is wrong, `.` all is well. What was told, with the second it was told in. */
function told(pattern: string, hold: Hold, before?: Standing): string[] {
  let standing = before;
  return [...pattern].flatMap((what, second) => {
    const now = { wallMs: 1_000_000 + second * 1000, monotonicMs: second * 1000 };
    const next = step(standing, what === 'x' ? { text: `it is wrong in ${second}` } : undefined, now, hold);
    standing = next.standing;
    if (next.told === undefined) return [];
    if (next.told === 'raised') return [`${second} raised, since ${((standing?.sinceMs ?? 0) - 1_000_000) / 1000}`];
    return [`${second} cleared, as of ${(next.told.clearedAtMs - 1_000_000) / 1000}`];
  });
}

const atOnce = { raiseAfterS: 0, clearAfterS: 0 };
const held = { raiseAfterS: 3, clearAfterS: 4 };

const table: [situation: string, pattern: string, hold: Hold, told: string[]][] = [
  ['all is well', '......', atOnce, []],
  ['at once and gone at once', '..xxx..', atOnce, ['2 raised, since 2', '5 cleared, as of 5']],
  ['without a hold each is told', 'x.x.', atOnce, ['0 raised, since 0', '1 cleared, as of 1', '2 raised, since 2', '3 cleared, as of 3']],
  ['a blink is none', '.xx......', held, []],
  ['it stays', '.xxxx', held, ['4 raised, since 1']],
  ['it goes, and is told gone when it has been for long enough', '.xxxx.....', held, ['4 raised, since 1', '9 cleared, as of 5']],
  ['it comes back within the hold', '.xxxx...x....x', held, ['4 raised, since 1']],
  ['it flaps from the first: raised once, since the first', 'x.x.x.x.x.x.x', held, ['4 raised, since 0']],
  ['it flaps and then is well', 'x..x..x..x.....', held, ['3 raised, since 0', '14 cleared, as of 10']],
  ['well for long enough in between: it begins anew', 'xx.....xxxx', held, ['10 raised, since 7']],
];

for (const [situation, pattern, hold, expected] of table) {
  test(`${situation}: ${pattern}`, () => assert.equal(told(pattern, hold), expected));
}

test('one that stood before a restart and goes on is not told anew, and keeps its since', () => {
  const stood = resumed({ sinceMs: 5, text: 'it was wrong' }, { wallMs: 1_000_000, monotonicMs: 0 });
  assert.equal(told('xxxxxxx', held, stood), []);
  const { standing } = step(stood, { text: 'it is wrong' }, { wallMs: 1_000_000, monotonicMs: 0 }, held);
  assert.equal([standing?.sinceMs, standing?.text], [5, 'it was wrong']);
});

test('one that ended while the daemon was away is cleared like any other', () => {
  const stood = resumed({ sinceMs: 5, text: 'it was wrong' }, { wallMs: 1_000_000, monotonicMs: 0 });
  assert.equal(told('......', held, stood), ['4 cleared, as of 0']);
  assert.equal(told('..', atOnce, stood), ['0 cleared, as of 0']);
});

test('a wall clock that jumps neither raises nor clears', () => {
  const first = step(undefined, { text: '' }, { wallMs: 0, monotonicMs: 0 }, held);
  assert.is(step(first.standing, { text: '' }, { wallMs: 1e12, monotonicMs: 1_000 }, held).told, undefined);
});

test('a link that is away and back every 20 s for a day raises its alarm once, whichever link it is', () => {
  for (const name of ['broker-lost', 'backend-lost', 'camera-dead'] as const) {
    const pattern = `${'x'.repeat(20)}${'.'.repeat(20)}`.repeat(2_160);
    assert.is(told(pattern, alarmTable[name]).length, 1, name);
  }
});

test.run();
