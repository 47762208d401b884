import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planDeletions, type RetentionLimits, type StoredAttempt } from '../../../daemon/record/retention.ts';

const attempt = (atMs: number, bytes = 100, held = false): StoredAttempt => ({ attemptId: `at-${atMs}`, atMs, files: ['a'], bytes, held });

const cases: [string, StoredAttempt[], RetentionLimits, Record<string, number[]>][] = [
  ['nothing stored, nothing deleted', [], { beforeMs: 100, maxBytes: 0 }, {}],
  ['what is within both limits stays', [attempt(10), attempt(20)], { beforeMs: 10, maxBytes: 200 }, {}],
  ['what is too old goes', [attempt(30), attempt(10), attempt(20)], { beforeMs: 21, maxBytes: 1_000 }, { age: [10, 20] }],
  ['too much: the oldest go until the rest fits', [attempt(10), attempt(20), attempt(30)], { beforeMs: 0, maxBytes: 150 }, { size: [10, 20] }],
  ['what goes for its age counts towards the size', [attempt(10), attempt(20), attempt(30)], { beforeMs: 15, maxBytes: 100 }, { age: [10], size: [20] }],
  ['a held one stays, however old, and the next oldest goes for it', [attempt(10, 100, true), attempt(20), attempt(30)], { beforeMs: 15, maxBytes: 200 }, { size: [20] }],
  ['all held: nothing can go', [attempt(10, 100, true), attempt(20, 100, true)], { beforeMs: 100, maxBytes: 0 }, {}],
  ['by a clock that is not believed nothing is too old', [attempt(10), attempt(20)], { beforeMs: undefined, maxBytes: 1_000 }, {}],
];

for (const [name, stored, limits, expected] of cases) {
  test(name, () => {
    const found = planDeletions(stored, limits).map(({ why, attempts }) => [why, attempts.map(({ atMs }) => atMs)]);
    assert.equal(Object.fromEntries(found), expected);
  });
}

test.run();
