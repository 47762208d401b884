import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkConfigCommand } from '../../../daemon/commands/check-config.ts';
import { run } from './command-line.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../../../${name}`, import.meta.url));
const good = path('config/example.yaml');
const bad = path('fixtures/configs/bad-many-faults.yaml');

test('a good config is said to be good', async () => {
  assert.equal(await run(checkConfigCommand, good), { code: 0, out: `${good}: good\n`, err: '' });
});

test('[S5] of several configs each bad one is told with all its keys, and the exit code is 1', async () => {
  const { code, out } = await run(checkConfigCommand, bad, good);
  assert.is(code, 1);
  assert.match(out, /line 14: door.unlockMs is 99999999, but must be a whole number from 500 to 60000\n/);
  assert.is(out.split('\n').filter((line) => line.startsWith('  line ')).length, 9);
  assert.match(out, /example.yaml: good\n$/);
});

test('without a file, or with an option, the usage is told', async () => {
  assert.is((await run(checkConfigCommand)).code, 2);
  assert.is((await run(checkConfigCommand, '--json', good)).code, 2);
});

test.run();
