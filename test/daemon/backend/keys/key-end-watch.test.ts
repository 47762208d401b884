import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backend } from '../../../../daemon/backend/backend.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { silentLogger, type Logger } from '../../../../daemon/base/logger.ts';

const DAY_MS = 86_400_000;
const YEARS_5_MS = 5 * 365 * DAY_MS;
const START_MS = Date.UTC(2026, 2, 2, 9);

/** A backend that listens, and what it warned of. */
async function listening(): Promise<{ clock: VirtualClock; backend: Backend; warnings: string[] }> {
  const clock = new VirtualClock(START_MS);
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
  const backend = await Backend.open({ clock, log });
  await backend.listen({ host: '127.0.0.1', port: 0 });
  return { clock, backend, warnings };
}

test('new keys warn of nothing', async () => {
  const { backend, warnings } = await listening();
  assert.equal(warnings, []);
  await backend.close();
});

test('sixty days before its keys end a backend says which, and how to bring in others, once a day', async () => {
  const { clock, backend, warnings } = await listening();
  clock.jumpWall(YEARS_5_MS - 60.5 * DAY_MS);
  clock.advance(DAY_MS);
  assert.equal(warnings, ['token', 'list'].map((use) => `The last ${use} key ends on 2031-03-01. Run: postern backend rotate-key ${use}`));
  clock.advance(DAY_MS);
  assert.is(warnings.length, 4);
  await backend.close();
});

test('a key that was brought in is not warned of', async () => {
  const { clock, backend, warnings } = await listening();
  clock.jumpWall(YEARS_5_MS - 100 * DAY_MS);
  backend.keyring.rotation.rotate('token', 900);
  clock.jumpWall(50 * DAY_MS);
  clock.advance(DAY_MS);
  assert.equal(warnings.map((warning) => warning.split(' ')[2]), ['list']);
  await backend.close();
});

test.run();
