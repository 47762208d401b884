import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WatchedDoor } from './watched-door.ts';

const MOST_BYTES = 150_000;
const it = await WatchedDoor.open();
test.after(() => it?.close());

interface Load {
  paintMs: number;
  bytes: number;
  files: number;
}

/** As the browser itself measured it. */
const LOAD = `(() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(({ name }) => !/jpg|live/.test(name));
  return { paintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime, bytes: all.reduce((sum, { transferSize }) => sum + transferSize, 0), files: all.length };
})()`;

test('the page is light: all that is transferred before the pictures, the first status and numbers included', async () => {
  if (!it) return;
  const page = await it.look();
  const { paintMs, bytes, files } = await page.evaluate<Load>(LOAD);
  process.stdout.write(`first paint after ${Math.round(paintMs)} ms, ${(bytes / 1_000).toFixed(1)} kB in ${files} requests\n`);
  assert.ok(bytes > 10_000, 'it is measured at all');
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
  await page.context().close();
});

test.run();
