import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep, systemClock, VirtualClock } from '../../../daemon/base/clock.ts';

test('timers fire in the order they fall due, those set on the way included', () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  clock.after(30, () => fired.push('late'));
  clock.after(10, () => {
    fired.push('early');
    clock.after(5, () => fired.push('set on the way'));
  });
  clock.after(10, () => fired.push('early too'));
  clock.advance(20);
  assert.equal(fired, ['early', 'early too', 'set on the way']);
  clock.advance(10);
  assert.is(fired.at(-1), 'late');
  assert.is(clock.monotonicMs(), 30);
});

test('a cancelled timer does not fire', () => {
  const clock = new VirtualClock();
  const timer = clock.after(10, () => assert.unreachable());
  timer.cancel();
  clock.advance(20);
});

test('a jump of the wall clock moves no timer', () => {
  const clock = new VirtualClock(1_000);
  let fired = 0;
  clock.after(10, () => fired++);
  clock.jumpWall(86_400_000);
  assert.is(fired, 0);
  assert.is(clock.wallMs(), 86_401_000);
  clock.advance(10);
  assert.is(fired, 1);
});

test('asynchronous work takes no virtual time: each timer is settled before the clock moves on', async () => {
  const clock = new VirtualClock();
  let under: Promise<void> = Promise.resolve();
  const seenAt: number[] = [];
  const work = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    seenAt.push(clock.monotonicMs());
  };
  for (const dueMs of [10, 20]) clock.after(dueMs, () => { under = work(); });
  await clock.advanceTo(50, () => under);
  assert.equal(seenAt, [10, 20]);
  assert.is(clock.monotonicMs(), 50);
});

test('a sleeper wakes on time, and at once when it is told to stop', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const onTime = sleep(clock, 100);
  const stopped = sleep(clock, 1_000_000, stop.signal);
  clock.advance(100);
  await onTime;
  stop.abort();
  await stopped;
  await sleep(systemClock, 0);
});

test.run();
