import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import { GarbageTally } from '../../../daemon/record/garbage-tally.ts';

function tally(maxDifferent = 3): { clock: VirtualClock; told: EventDraft[]; garbage: GarbageTally } {
  const clock = new VirtualClock(1_000_000);
  const told: EventDraft[] = [];
  return { clock, told, garbage: new GarbageTally({ clock, windowMs: 600_000, maxDifferent, onSummary: (draft) => told.push(draft) }) };
}

test('[S6] a poster that comes and goes is logged once and counted after', () => {
  const { clock, told, garbage } = tally();
  assert.is(garbage.admit('poster', 1), true);
  for (let i = 0; i < 40; i++) assert.is(garbage.admit('poster', 1), false);
  clock.advance(600_000);
  assert.equal(told, [{ type: 'garbage-repeated', digest: 'poster', count: 40, sinceMs: 1_000_000 }]);
});

test('[S6] [S9] a screen with a new code every second is logged a few times and counted as others', () => {
  const { clock, told, garbage } = tally(3);
  const logged = Array.from({ length: 500 }, (_, i) => garbage.admit(`code ${i}`, 1)).filter(Boolean).length;
  assert.is(logged, 3);
  clock.advance(600_000);
  assert.equal(told.map((e) => e.type === 'garbage-repeated' && [e.digest, e.count]), [['others', 497]]);
});

test('[S6] a forged token is logged a few times, for someone is at work there, and counted after', () => {
  const { clock, told, garbage } = tally();
  assert.equal(Array.from({ length: 5 }, () => garbage.admit('forged', 3)), [true, true, true, false, false]);
  clock.advance(600_000);
  assert.equal(told.map((e) => e.type === 'garbage-repeated' && e.count), [2]);
});

test('after a window the same garbage is logged again', () => {
  const { clock, told, garbage } = tally();
  garbage.admit('poster', 1);
  clock.advance(600_000);
  assert.is(garbage.admit('poster', 1), true);
  assert.equal(told, [], 'garbage seen once needs no summary');
});

test.run();
