import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EMPTY_CHAIN } from '../../../daemon/base/event-chain.ts';
import { planPrune, type PruneFacts, type PruneLimits, type PrunePlan } from '../../../daemon/record/prune-plan.ts';

const log = (firstSeq: number, lastSeq: number, more: Partial<PruneFacts> = {}): PruneFacts =>
  ({ firstSeq, head: { ...EMPTY_CHAIN, seq: lastSeq }, agedThroughSeq: 0, usedBytes: 1_000_000, ...more });

const cases: [string, PruneFacts, PruneLimits, PrunePlan][] = [
  ['an empty log has nothing to prune', log(1, 0), { maxBytes: 1 }, { count: 0, throughSeq: 0, more: false }],
  ['a log within its limits stays whole', log(1, 500), { maxBytes: 1_000_000 }, { count: 0, throughSeq: 0, more: false }],
  ['events too old go', log(11, 500, { agedThroughSeq: 60 }), {}, { count: 50, throughSeq: 60, more: false }],
  ['all may be too old', log(1, 30, { agedThroughSeq: 30 }), {}, { count: 30, throughSeq: 30, more: false }],
  ['a log a tenth too big is cut to nine tenths of its limit', log(1, 1_000), { maxBytes: 900_000 }, { count: 190, throughSeq: 190, more: false }],
  ['of old and too many the greater part goes', log(1, 1_000, { agedThroughSeq: 300 }), { maxBytes: 900_000 }, { count: 300, throughSeq: 300, more: false }],
  ['a limit too small for anything keeps the last hundred', log(1, 1_000), { maxBytes: 1 }, { count: 900, throughSeq: 900, more: false }],
  ['a short log is not cut for its size', log(1, 80), { maxBytes: 1 }, { count: 0, throughSeq: 0, more: false }],
  ['at most 2,000 go at once, and there is more to do', log(1, 9_000, { agedThroughSeq: 8_000 }), {}, { count: 2_000, throughSeq: 2_000, more: true }],
];

for (const [name, facts, limits, plan] of cases) {
  test(name, () => {
    const { count, throughSeq, more } = planPrune(facts, limits);
    assert.equal({ count, throughSeq: count === 0 ? 0 : throughSeq, more }, plan);
  });
}

test.run();
