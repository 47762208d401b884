import type { ChainHead } from '../base/event-chain.ts';

/** So that a grant that comes meanwhile waits for one small transaction only. */
export const MAX_PRUNED_AT_ONCE = 2_000;
/** Of a log over its size this many stay in any case. */
const MIN_KEPT = 100;
/** Pruned below the limit, so that not every event prunes one. */
const PRUNE_TO = 0.9;

export interface PruneLimits {
  /** Events before this wall time go. */
  beforeMs?: number;
  /** The oldest go while the log takes more space than this. */
  maxBytes?: number;
}

/** What the log holds. */
export interface PruneFacts {
  firstSeq: number;
  head: ChainHead;
  /** The last of the first events that are all before `beforeMs`; 0 when there is none or no such limit. */
  agedThroughSeq: number;
  usedBytes: number;
}

/** The prefix of the log to delete now. */
export interface PrunePlan {
  /** How many events; 0 for none. */
  count: number;
  throughSeq: number;
  /** True when there may be more to delete after this. */
  more: boolean;
}

/** Which events are too old or too many: always a whole prefix, at most 2,000 at a time. */
export function planPrune(facts: PruneFacts, limits: PruneLimits): PrunePlan {
  const wanted = Math.max(facts.agedThroughSeq, oversizeThroughSeq(facts, limits.maxBytes));
  const throughSeq = Math.min(wanted, facts.head.seq, facts.firstSeq + MAX_PRUNED_AT_ONCE - 1);
  const count = Math.max(0, throughSeq - facts.firstSeq + 1);
  return { count, throughSeq, more: count === MAX_PRUNED_AT_ONCE };
}

function oversizeThroughSeq({ firstSeq, head, usedBytes }: PruneFacts, maxBytes: number | undefined): number {
  if (maxBytes === undefined || usedBytes <= maxBytes) return 0;
  const events = head.seq - firstSeq + 1;
  const surplus = Math.ceil(events * (1 - (maxBytes * PRUNE_TO) / usedBytes));
  return firstSeq - 1 + Math.min(surplus, events - MIN_KEPT);
}
