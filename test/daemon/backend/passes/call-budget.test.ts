import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CallBudget } from '../../../../daemon/backend/passes/call-budget.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';

const taken = (budget: CallBudget, caller: string, times: number): number => Array.from({ length: times }, () => budget.take(caller)).filter(Boolean).length;

test('a caller has a minute\'s calls at once and gets them back as time goes', () => {
  const clock = new VirtualClock();
  const budget = new CallBudget({ clock, perMinute: 30, mostCallers: 10 });
  assert.is(taken(budget, 'a', 40), 30);
  clock.advance(2_000);
  assert.is(taken(budget, 'a', 40), 1);
  clock.advance(3_600_000);
  assert.is(taken(budget, 'a', 40), 30, 'what is not used is not saved up');
});

test('one caller\'s calls are not another\'s', () => {
  const budget = new CallBudget({ clock: new VirtualClock(), perMinute: 5, mostCallers: 10 });
  assert.is(taken(budget, 'a', 9), 5);
  assert.is(taken(budget, 'b', 9), 5);
});

test('[S9] beyond the most callers the one that came first is forgotten', () => {
  const budget = new CallBudget({ clock: new VirtualClock(), perMinute: 5, mostCallers: 3 });
  for (const caller of ['a', 'b', 'c']) taken(budget, caller, 5);
  assert.not.ok(budget.take('a'));
  assert.ok(budget.take('d'));
  assert.ok(budget.take('a'), 'it begins anew');
  assert.not.ok(budget.take('c'), 'the others stand');
});

test.run();
