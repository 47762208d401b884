import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { GuardCore } from '../../../drivers/door-io/guard-core.ts';
import type { RelayLevel, RelayLine } from '../../../drivers/door-io/relay-line.ts';

class FakeLine implements RelayLine {
  level: RelayLevel = 'energised';
  broken = false;

  write(level: RelayLevel): void {
    if (this.broken) throw new Error('EIO: i/o error,\nwrite');
    this.level = level;
  }

  read(): RelayLevel {
    return this.level;
  }

  close(): void {}
}

function bench(): { line: FakeLine; clock: VirtualClock; guard: GuardCore; answers: () => string[] } {
  const line = new FakeLine();
  const clock = new VirtualClock();
  clock.advance(10_000);
  const told: string[] = [];
  const guard = new GuardCore({ line, clock, answer: (text) => told.push(text) });
  return { line, clock, guard, answers: () => told.splice(0) };
}

test('it begins at rest and says so', () => {
  const { line, guard, answers } = bench();
  guard.begin();
  assert.is(line.level, 'rest');
  assert.equal(answers(), ['0 rest']);
});

test('[S1] a lease ends on its own, counted from when the order was sent', () => {
  const { line, clock, guard, answers } = bench();
  guard.receive('energise 1 5000 9400.5');
  assert.equal(answers(), ['1 energised']);
  clock.advance(4_400);
  assert.is(line.level, 'energised');
  clock.advance(1);
  assert.is(line.level, 'rest');
  assert.equal(answers(), ['0 rest']);
});

test('[S1] an order that is over a second old, or longer than its lease, is dropped', () => {
  const { line, guard, answers } = bench();
  guard.begin();
  guard.receive('energise 1 5000 8999');
  guard.receive('energise 2 300 9600');
  assert.equal(answers(), ['0 rest', '1 late', '2 late']);
  assert.is(line.level, 'rest');
});

test('[S1] a dropped order leaves the running lease to its end', () => {
  const { line, clock, guard } = bench();
  guard.receive('energise 1 5000 10000');
  guard.receive('energise 2 60000 8000');
  clock.advance(5_000);
  assert.is(line.level, 'rest');
});

test('a lease replaces the one that runs, shorter or longer', () => {
  const { line, clock, guard } = bench();
  guard.receive('energise 1 60000 10000');
  guard.receive('energise 2 500 10000');
  clock.advance(500);
  assert.is(line.level, 'rest');
  guard.receive('energise 3 500 10500');
  guard.receive('energise 4 2000 10500');
  clock.advance(1_999);
  assert.is(line.level, 'energised');
  clock.advance(1);
  assert.is(line.level, 'rest');
});

test('rest ends the lease, and nothing is told when it would have ended', () => {
  const { line, clock, guard, answers } = bench();
  guard.receive('energise 1 500 10000');
  guard.receive('rest 2');
  clock.advance(1_000);
  assert.equal(answers(), ['1 energised', '2 rest']);
  assert.is(line.level, 'rest');
});

test('the level is read when asked', () => {
  const { line, guard, answers } = bench();
  guard.receive('level 1');
  line.level = 'rest';
  guard.receive('level 2');
  assert.equal(answers(), ['1 energised', '2 rest']);
});

test('a line that cannot be written is answered in one line', () => {
  const { line, clock, guard, answers } = bench();
  guard.receive('energise 1 500 10000');
  line.broken = true;
  clock.advance(500);
  guard.receive('rest 2');
  assert.equal(answers(), ['1 energised', '0 failed EIO: i/o error, write', '2 failed EIO: i/o error, write']);
});

test('whatever is no order energises nothing and is answered', () => {
  const orders = [
    '', ' ', 'energise', 'energise 1', 'energise 1 5000', 'energise 1 5000 x', 'energise 1 -1 10000', 'energise 1 0 10000', 'energise 1 NaN 10000',
    'energise 1 Infinity 10000', 'energise 1 300001 10000', 'energise 1 5000 10001', 'ENERGISE 1 5000 10000', 'energise\t1\t5000\t10000', 'drop table', '\0\0',
  ];
  for (const order of orders) {
    const { line, guard, answers } = bench();
    guard.begin();
    answers();
    guard.receive(order);
    assert.is(line.level, 'rest', JSON.stringify(order));
    assert.match(answers()[0] ?? '', /^\S* failed /, JSON.stringify(order));
  }
});

test.run();
