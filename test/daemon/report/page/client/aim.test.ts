import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LiveFrame } from '../../../../../daemon/report/page/api.ts';
import { aimAdvice, focusAdvice, lightAdvice } from '../../../../../daemon/report/page/client/aim.ts';

/** A code whose middle is there, in a picture of 640 × 360. */
const at = (x: number, y: number, read = true): LiveFrame['outlines'][number] => ({ read, corners: [[x - 20, y - 20], [x + 20, y - 20], [x + 20, y + 20], [x - 20, y + 20]] });
const frame = (outlines: LiveFrame['outlines'], more: { modulePx?: number; hint?: LiveFrame['hint'] } = {}): LiveFrame => ({
  seq: 1, atMs: 0, width: 640, height: 360, jpeg: '', outlines, ...(more.hint && { hint: more.hint }),
  measures: { focus: { value: 50, word: 'sharp' }, light: { value: 120, word: 'good' }, ...(more.modulePx !== undefined && { modulePx: more.modulePx }) },
});

test('a code that is read and large enough is good, and where it is is told', () => {
  assert.equal(aimAdvice(frame([at(320, 180)], { modulePx: 4.2 })), { tone: 'good', text: 'Read, in the middle. 4.2 pixels a module: enough.' });
  const places = [[60, 40, 'at the top left'], [320, 40, 'at the top'], [600, 180, 'on the right'], [60, 340, 'at the bottom left'], [320, 340, 'at the bottom']] as const;
  for (const [x, y, place] of places) assert.is(aimAdvice(frame([at(x, y)])).text, `Read, ${place}.`);
});

test('a code that is too small says so, read or not', () => {
  assert.equal(aimAdvice(frame([at(320, 180)], { modulePx: 2.1 })), { tone: 'warn', text: 'Read, in the middle. 2.1 pixels a module: too small, 3 are wanted. Bring the camera nearer, or zoom in.' });
  assert.match(aimAdvice(frame([at(320, 180, false)], { modulePx: 1 })).text, /^Seen, not read, in the middle\. 1\.0 pixels a module: too small/);
});

test('a code that is seen and not read comes with the hint; one that is read goes before it', () => {
  const hint = { reason: 'hold-still', text: 'Hold the code still.' } as const;
  assert.equal(aimAdvice(frame([at(320, 180, false)], { hint })), { tone: 'warn', text: 'Seen, not read, in the middle. Hold the code still.' });
  assert.is(aimAdvice(frame([at(320, 180, false), at(600, 180)])).text, 'Read, on the right.');
});

test('with no code in view it is said what to do, or what the visitor is told', () => {
  assert.match(aimAdvice(frame([])).text, /^No code in view/);
  assert.is(aimAdvice(frame([], { hint: { reason: 'more-light', text: 'More light.' } })).text, 'More light.');
});

test('focus and light have a tone and a mend for every word', () => {
  assert.equal((['sharp', 'soft', 'blurred'] as const).map((word) => focusAdvice({ value: 0, word }).tone), ['good', 'warn', 'bad']);
  assert.equal((['good', 'dark', 'bright'] as const).map((word) => lightAdvice({ value: 0, word }).tone), ['good', 'warn', 'warn']);
});

test.run();
