import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { headFault, passKnown, placeEvent, type ChainState, type Neighbours } from '../../../../daemon/backend/events/chain-check.ts';
import { EMPTY_CHAIN } from '../../../../daemon/base/event-chain.ts';
import type { ReportedEvent } from '../../../../daemon/backend/events/reported-event.ts';

const alone: Neighbours = { hasSameSeq: false, before: undefined, after: undefined };

function reported(seq: number, prevHash: string, hash: string, claimedHash = hash): ReportedEvent {
  return { event: { id: '', type: 'door-opened', atMs: 0, doorUuid: '', seq, prevHash }, body: '', hash, claimedHash };
}

function chainAt(seq: number, hash: string, more: Partial<ChainState> = {}): ChainState {
  return { epoch: 1, began: 'first', head: { seq, hash }, told: { seq, hash }, firstHash: 'h1', prunedThroughSeq: 0, ...more };
}

/** Epoch and head of where it is placed, and what is said of it. */
function placed(state: ChainState | undefined, event: ReportedEvent, around: Neighbours = alone): string {
  const placement = placeEvent(state, event, around);
  if (placement.kind === 'known') return 'known';
  const { chain: { epoch, began, head }, fault, missing } = placement;
  return `${epoch} ${began} at ${head.seq} ${head.hash}${fault === undefined ? '' : `: ${fault}`}${missing ? ` ${missing.from}-${missing.to}` : ''}`;
}

const table: [situation: string, state: ChainState | undefined, event: ReportedEvent, around: Neighbours, expected: string][] = [
  ['the first of a new door', undefined, reported(1, EMPTY_CHAIN.hash, 'h1'), alone, '1 first at 1 h1'],
  ['the first from an older door', undefined, reported(70, 'h69', 'h70'), alone, '1 first at 70 h70'],
  ['the next', chainAt(5, 'h5'), reported(6, 'h5', 'h6'), alone, '1 first at 6 h6'],
  ['the next, changed', chainAt(5, 'h5'), reported(6, 'h5', 'other', 'h6'), alone, '1 first at 6 h6: contents-changed'],
  ['the next but for what it follows', chainAt(5, 'h5'), reported(6, 'x5', 'x6'), alone, '2 rewritten at 6 x6: replaces-another'],
  ['the next with another hash than was told', chainAt(5, 'h5', { told: { seq: 6, hash: 'h6' } }), reported(6, 'h5', 'x6'), alone, '2 rewritten at 6 x6: replaces-another'],
  ['one further on', chainAt(5, 'h5'), reported(9, 'h8', 'h9'), alone, '1 first at 9 h9: gap-before 6-8'],
  ['number 1 again, another', chainAt(5, 'h5'), reported(1, EMPTY_CHAIN.hash, 'n1'), alone, '2 restarted at 1 n1: began-anew'],
  ['number 1 of the same log, deleted here for its age', chainAt(5, 'h5', { prunedThroughSeq: 3 }), reported(1, EMPTY_CHAIN.hash, 'h1'), alone, 'known'],
  ['number 1 of a log whose beginning was never here', { epoch: 1, began: 'first', head: { seq: 70, hash: 'h70' }, told: { seq: 70, hash: 'h70' }, prunedThroughSeq: 0 }, reported(1, EMPTY_CHAIN.hash, 'h1'), alone, '2 restarted at 1 h1: began-anew'],
  ['another under a number that is here', chainAt(5, 'h5'), reported(3, 'h2', 'x3'), { hasSameSeq: true, before: 'h2', after: 'h3' }, '2 rewritten at 3 x3: replaces-another'],
  ['into a gap, fitting on both sides', chainAt(9, 'h9'), reported(7, 'h6', 'h7'), { hasSameSeq: false, before: 'h6', after: 'h7' }, '1 first at 9 h9'],
  ['into a gap, with nothing beside it', chainAt(9, 'h9'), reported(7, 'h6', 'h7'), alone, '1 first at 9 h9'],
  ['into a gap, not after the one before', chainAt(9, 'h9'), reported(7, 'x6', 'h7'), { hasSameSeq: false, before: 'h6', after: undefined }, '2 rewritten at 7 h7: replaces-another'],
  ['into a gap, not before the one after', chainAt(9, 'h9'), reported(7, 'h6', 'x7'), { hasSameSeq: false, before: undefined, after: 'h7' }, '2 rewritten at 7 x7: replaces-another'],
  ['one that was deleted for its age', chainAt(9, 'h9', { prunedThroughSeq: 4 }), reported(3, 'h2', 'h3'), alone, 'known'],
];
for (const [situation, state, event, around, expected] of table) {
  test(`an event is placed: ${situation}`, () => assert.is(placed(state, event, around), expected));
}

test('what is known already moves the head when it follows it, and not otherwise', () => {
  assert.is(passKnown(chainAt(5, 'h5'), reported(6, 'h5', 'h6')).head.seq, 6);
  assert.is(passKnown(chainAt(5, 'h5'), reported(3, 'h2', 'h3')).head.seq, 5);
});

test('a head that is told: lower, other, contradicting what is here, or well', () => {
  const chain = chainAt(5, 'h5', { told: { seq: 8, hash: 'h8' } });
  assert.match(headFault(chain, { seq: 7, hash: 'h7' }, undefined) ?? '', 'ends at event 7 but had reached 8');
  assert.match(headFault(chain, { seq: 8, hash: 'x8' }, undefined) ?? '', 'another hash than was told');
  assert.match(headFault(chain, { seq: 9, hash: 'x9' }, 'h9') ?? '', 'another hash than the one uploaded');
  assert.is(headFault(chain, { seq: 8, hash: 'h8' }, 'h8'), undefined);
  assert.is(headFault(chain, { seq: 9, hash: 'h9' }, undefined), undefined);
});

test.run();
