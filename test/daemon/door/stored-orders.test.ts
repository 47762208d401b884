import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ordersFrom, storable } from '../../../daemon/door/stored-orders.ts';
import { noOrders, passage } from './specimens.ts';

const now = { wallMs: 1_000_000, monotonicMs: 50, clockIsBelieved: true };
const stored = storable({ ...noOrders, passage });

test('what is stored is plain JSON and comes back by the clocks of the next start', () => {
  const read = ordersFrom(JSON.parse(JSON.stringify(stored)), now);
  assert.equal(read, { lockdown: undefined, passage: { ...passage, untilMs: 50 + 60_000 } });
});

test('a lockdown comes back with who gave it', () => {
  assert.equal(ordersFrom(storable({ ...noOrders, lockdown: { by: 'guard' } }), now), { lockdown: { by: 'guard' }, passage: undefined });
});

test('nothing stored is nothing ordered', () => {
  assert.equal(ordersFrom(undefined, now), { lockdown: undefined, passage: undefined });
});

test('whatever cannot be read may have been a lockdown, and is one', () => {
  const bad = [null, 0, '', 'lockdown', [], {}, { lockdown: true, passage: null }, { lockdown: null }, { lockdown: null, passage: { by: 'x' } }, { lockdown: { by: 7 }, passage: null }];
  for (const value of bad) {
    const { lockdown, passage: standing } = ordersFrom(value, now);
    assert.ok(lockdown, JSON.stringify(value));
    assert.is(standing, undefined);
  }
});

test('a clock that reads a time before the passage began ends it', () => {
  assert.is(ordersFrom(stored, { ...now, wallMs: passage.sinceWallMs - 1 }).passage?.untilMs, now.monotonicMs);
});

test('a passage that ended while the power was off is over', () => {
  assert.ok((ordersFrom(stored, { ...now, wallMs: passage.untilWallMs + 1 }).passage?.untilMs ?? Infinity) < now.monotonicMs);
});

test('under a clock that is not believed a passage waits for an entry again', () => {
  assert.is(ordersFrom(stored, { ...now, clockIsBelieved: false }).passage?.entered, false);
  assert.is(ordersFrom(stored, now).passage?.entered, true);
});

test.run();
