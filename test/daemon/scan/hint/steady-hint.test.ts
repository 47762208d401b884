import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HintReason } from '../../../../daemon/base/scan-hint.ts';
import { SteadyHint } from '../../../../daemon/scan/hint/steady-hint.ts';

const letters: Record<string, HintReason | undefined> = { c: 'come-closer', h: 'hold-still', w: 'show-whole-code', '.': undefined };
const FRAME_MS = 100;

/** What is shown after each look, a letter a look, ten looks a second. */
function shownBy(found: string): string {
  const steady = new SteadyHint();
  return [...found].map((letter, i) => {
    const shown = steady.next(letters[letter], i * FRAME_MS);
    return Object.keys(letters).find((key) => letters[key] === shown) as string;
  }).join('');
}

const cases: [what: string, found: string, shown: string][] = [
  ['one finding is none', 'c...................', '....................'],
  ['two are none', 'cc..................', '....................'],
  ['three are one', 'ccccc', '..ccc'],
  ['every second look does', 'c.c.c.c.', '....cccc'],
  ['it stays while looks miss the code now and then', 'ccc.....c.....c.....', '..cccccccccccccccccc'],
  ['and goes when nothing was found for the window', 'ccc................', '..ccccccccccccccc..'],
  ['three reasons in turn show none before one leads', 'chwchwchw', '......ccc'],
  ['two reasons that alternate do not flicker', 'chchchchchchchchchchchchchchchch', '....cccccccccccccccccccccccccccc'],
  ['another one takes over when it leads and the first has been seen', 'cccchhhhhhhhhhhhhh', '..cccccccccccchhhh'],
];
for (const [what, found, shown] of cases) {
  test(what, () => assert.is(shownBy(found), shown));
}

test('whatever is found, a hint stands for over a second before another one takes its place', () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const keys = Object.keys(letters);
  const shown = shownBy(Array.from({ length: 5_000 }, () => keys[Math.floor(random() * keys.length)] as string).join(''));
  const changes = [...shown].flatMap((letter, i) => (i > 0 && letter !== shown[i - 1] ? [i] : []));
  assert.ok(changes.length > 5, 'it does change');
  for (const [i, at] of changes.entries()) if (i > 0) assert.ok(at - (changes[i - 1] as number) >= 12, `look ${at}`);
});

test('cleared, it begins from nothing', () => {
  const steady = new SteadyHint();
  for (const atMs of [0, 100, 200]) steady.next('come-closer', atMs);
  steady.clear();
  assert.is(steady.next(undefined, 300), undefined);
  assert.is(steady.next('come-closer', 400), undefined);
});

test('a thousand frames a second for a minute take no more memory than a window of them', () => {
  const steady = new SteadyHint();
  for (let atMs = 0; atMs < 60_000; atMs++) steady.next('hold-still', atMs);
  assert.is(steady.next('hold-still', 60_000), 'hold-still');
});

test.run();
