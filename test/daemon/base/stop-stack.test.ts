import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StopStack } from '../../../daemon/base/stop-stack.ts';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what was started last is stopped first, one after the other', async () => {
  const stopped: string[] = [];
  const stack = new StopStack();
  stack.push(() => void stopped.push('log'));
  stack.push(async () => {
    stopped.push('door begins');
    await later();
    stopped.push('door ends');
  });
  stack.push(() => void stopped.push('camera'));
  await stack.stopAll();
  assert.equal(stopped, ['camera', 'door begins', 'door ends', 'log']);
});

test('a part that fails to stop keeps no other from it; the first failure is told at the end', async () => {
  const stopped: string[] = [];
  const stack = new StopStack();
  stack.push(() => void stopped.push('log'));
  stack.push(() => {
    throw new Error('second');
  });
  stack.push(() => Promise.reject(new Error('first')));
  const thrown = await stack.stopAll().catch((error: unknown) => error);
  assert.is((thrown as Error).message, 'first');
  assert.equal(stopped, ['log']);
});

test('stopping twice stops each part once', async () => {
  let stops = 0;
  const stack = new StopStack();
  stack.push(() => void stops++);
  await stack.stopAll();
  await stack.stopAll();
  assert.is(stops, 1);
});

test('what is started while the rest is being stopped is stopped too', async () => {
  const stopped: string[] = [];
  const stack = new StopStack();
  stack.push(() => void stopped.push('log'));
  stack.push(() => stack.push(() => void stopped.push('latecomer')));
  await stack.stopAll();
  assert.equal(stopped, ['latecomer', 'log']);
});

test.run();
