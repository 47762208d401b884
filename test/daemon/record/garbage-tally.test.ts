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
  assert.is(garbage.admit('poster'), true);
  for (let i = 0; i < 40; i++) assert.is(garbage.admit('poster'), false);
  clock.advance(600_000);
  assert.equal(told, [{ type: 'garbage-repeated', digest: 'poster', count: 40, sinceMs: 1_000_000 }]);
});

test('[S6] [S9] a screen with a new code every second is logged a few times and counted as others', () => {
  const { clock, told, garbage } = tally(3);
  const logged = Array.from({ length: 500 }, (_, i) => garbage.admit(`code ${i}`)).filter(Boolean).length;
  assert.is(logged, 3);
  clock.advance(600_000);
  assert.equal(told.map((e) => e.type === 'garbage-repeated' && [e.digest, e.count]), [['others', 497]]);
});

test('after a window the same garbage is logged again', () => {
  const { clock, told, garbage } = tally();
  garbage.admit('poster');
  clock.advance(600_000);
  assert.is(garbage.admit('poster'), true);
  assert.equal(told, [], 'garbage seen once needs no summary');
});

test.run();
