import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../../daemon/base/http/api-error.ts';
import { CodePictures } from '../../../../daemon/backend/codes/code-pictures.ts';
import { textIn } from '../../../../daemon/backend/codes/code-picture.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { eventually } from '../../../support/eventually.ts';

const moods = new URL('../../../support/picture-worker-of-moods.js', import.meta.url);
let clock: VirtualClock;
let pictures: CodePictures;

test.before.each(() => {
  clock = new VirtualClock();
  pictures = new CodePictures({ clock, threads: 2, places: 4, workerFile: moods });
});
test.after.each(() => pictures.close());

const drawn = (text: string): Promise<Uint8Array> => pictures.withPlace((draw) => draw(text));
const outcome = (work: Promise<unknown>): Promise<string> => work.then(String, (error: unknown) => error instanceof ApiError ? `${error.status} ${error.code}` : String(error));

test('no thread is there until there is something to draw, and never more than two', async () => {
  assert.is(pictures.size, 0);
  const all = await Promise.all(['a', 'bb', 'ccc', 'dddd'].map(drawn));
  assert.equal(all.map((png) => png[0]), [1, 2, 3, 4], 'each gets its own');
  assert.is(pictures.size, 2);
});

test('a thread that has nothing to draw for a minute ends, and another one comes when there is', async () => {
  await drawn('a');
  assert.is(pictures.size, 1);
  clock.advance(59_999);
  await drawn('b');
  clock.advance(59_999);
  assert.is(pictures.size, 1);
  clock.advance(1);
  assert.is(pictures.size, 0);
  assert.is((await drawn('ccc'))[0], 3);
});

test('[S9] with all places taken the next is told to come back, before it does anything', async () => {
  let released = (): void => undefined;
  const held = new Promise<void>((resolve) => (released = resolve));
  const holders = Array.from({ length: 4 }, () => pictures.withPlace(() => held));
  let hasBegun = false;
  const refused = await pictures.withPlace(async () => void (hasBegun = true)).catch((error: unknown) => error as ApiError);
  assert.instance(refused, ApiError);
  assert.equal([(refused as ApiError).status, (refused as ApiError).code, (refused as ApiError).headers['retry-after']], [503, 'busy', '1']);
  assert.is(hasBegun, false);
  released();
  await Promise.all(holders);
  assert.is((await drawn('bb'))[0], 2);
});

test('a place is given back by work that fails', async () => {
  for (let i = 0; i < 10; i++) assert.is(await outcome(pictures.withPlace(() => Promise.reject(new Error('no')))), 'Error: no');
  assert.is((await drawn('bb'))[0], 2);
});

test('a picture that reads as something else, or as nothing, is an error and never handed out; the thread goes on', async () => {
  for (const text of ['other', 'blot']) assert.match(await outcome(drawn(text)), /does not read back/);
  assert.match(await outcome(drawn('fail')), /no wasm here/);
  assert.is((await drawn('bb'))[0], 2);
  assert.is(pictures.size, 1);
});

test('a thread that crashes costs the code it was at, and no other', async () => {
  const outcomes = await Promise.all(['crash', 'bb', 'crash', 'dddd'].map((text) => outcome(drawn(text))));
  assert.match(outcomes[0] ?? '', /out of memory/);
  assert.match(outcomes[2] ?? '', /out of memory/);
  assert.equal([outcomes[1], outcomes[3]], ['2', '4']);
});

test('a thread that hangs is given up after half a minute', async () => {
  const hanging = outcome(drawn('hang'));
  await drawn('a');
  clock.advance(30_000);
  assert.match(await hanging, /took over 30000 ms/);
  await eventually('the hanging thread being gone', () => pictures.size <= 1);
});

test('closing ends what is being drawn and what waits, and tells both to come back', async () => {
  const works = ['hang', 'hang', 'a'].map((text) => outcome(drawn(text)));
  await pictures.close();
  assert.equal(await Promise.all(works), Array.from({ length: 3 }, () => '503 stopping'));
  assert.is(await outcome(drawn('b')), '503 stopping');
  assert.is(pictures.size, 0);
});

test('the real worker draws many different codes at once, and each reads back as itself', async () => {
  const real = new CodePictures({ clock });
  const texts = Array.from({ length: 40 }, (_, i) => `PT1:${String(i).repeat(1 + i * 5)}`);
  const all = await Promise.all(texts.map((text) => real.withPlace((draw) => draw(text))));
  await real.close();
  for (const [i, png] of all.entries()) assert.is(await textIn(png), texts[i]);
});

test('the real worker tells that a text is too long for any code', async () => {
  const real = new CodePictures({ clock });
  const said = await outcome(real.withPlace((draw) => draw('A'.repeat(5_000))));
  await real.close();
  assert.match(said, /5000 characters/);
});

test.run();
