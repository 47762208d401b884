import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InFlight } from '../../../daemon/base/in-flight.ts';

test('idle waits for what is under way and for what that begins', async () => {
  const inFlight = new InFlight();
  const steps: string[] = [];
  const second = async (): Promise<void> => { await Promise.resolve(); steps.push('second'); };
  const first = async (): Promise<void> => { await Promise.resolve(); steps.push('first'); void inFlight.track(second()); };
  void inFlight.track(first());
  await inFlight.idle();
  assert.equal(steps, ['first', 'second']);
  assert.is(inFlight.size, 0);
});

test('a failure reaches whoever tracked it, and idle all the same ends', async () => {
  const inFlight = new InFlight();
  const failing = inFlight.track(Promise.reject(new Error('a bug')));
  const idle = inFlight.idle();
  try {
    await failing;
    assert.unreachable();
  } catch (thrown) {
    assert.match(String(thrown), /a bug/);
  }
  await idle;
});

test('a failure that nobody handles is not swallowed', async () => {
  const seen = new Promise((resolve) => process.once('unhandledRejection', resolve));
  const inFlight = new InFlight();
  void inFlight.track(Promise.reject(new Error('nobody looks')));
  await inFlight.idle();
  assert.match(String(await seen), /nobody looks/);
});

test.run();
