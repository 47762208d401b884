import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backoff } from '../../../daemon/base/backoff.ts';

function times(count: number, random: () => number): number[] {
  const backoff = new Backoff({ firstMs: 100, maxMs: 1_000, random });
  return Array.from({ length: count }, () => backoff.nextMs());
}

test('waiting times double up to the longest and stay there', () => {
  assert.equal(times(6, () => 1), [100, 200, 400, 800, 1_000, 1_000]);
});

test('each is drawn from its upper half, so that a fleet spreads out but nobody hurries', () => {
  assert.equal(times(6, () => 0), [50, 100, 200, 400, 500, 500]);
  assert.equal(times(2, () => 0.5), [75, 150]);
});

test('after a success it begins anew', () => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 1 });
  backoff.nextMs();
  backoff.nextMs();
  backoff.reset();
  assert.is(backoff.nextMs(), 100);
});

test('with chance of its own it keeps the bounds, however often it is asked', () => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 1_000 });
  for (let asked = 0; asked < 2_000; asked++) {
    const ms = backoff.nextMs();
    assert.ok(ms >= 50 && ms <= 1_000, String(ms));
  }
});

test.run();
