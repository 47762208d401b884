import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Located, Quad } from '../../../../daemon/base/frame.ts';
import type { HintReason } from '../../../../daemon/base/scan-hint.ts';
import { findingOf } from '../../../../daemon/scan/hint/scan-hint.ts';

const [WIDTH, HEIGHT] = [1280, 720];

function square(side = 150, left = 400, top = 200): Quad {
  return [{ x: left, y: top }, { x: left + side, y: top }, { x: left + side, y: top + side }, { x: left, y: top + side }];
}

/** A code that is near, sharp and well lit: there is no telling why it is not read. */
function located(changes: Partial<Located> = {}): Located {
  return { quad: square(), modulePx: 3.3, contrast: 180, light: 220, sharpness: 0.6, cutOff: false, ...changes };
}

const reasonOf = (located: Located[], more: { glimpsed?: Located; blownOut?: Quad } = {}): HintReason | undefined => findingOf({ codes: [], located, ...more }, WIDTH, HEIGHT)?.reason;

const cases: [what: string, changes: Partial<Located>, reason: HintReason][] = [
  ['nothing is wrong that could be measured', {}, 'not-readable'],
  ['cut off', { cutOff: true }, 'show-whole-code'],
  ['cut off, small, dark and blurred: what is not in the picture comes first', { cutOff: true, modulePx: 1, contrast: 20, light: 40, sharpness: 0.1 }, 'show-whole-code'],
  ['a phone at 0.7 m', { modulePx: 1.58, contrast: 204, sharpness: 0.7 }, 'come-closer'],
  ['a phone at 0.7 m out of focus: nearer first', { modulePx: 1.58, contrast: 204, sharpness: 0.3 }, 'come-closer'],
  ['just large enough', { modulePx: 2.2 }, 'not-readable'],
  ['out of focus by 2 pixels, which is read', { modulePx: 4.1, contrast: 207, sharpness: 0.345 }, 'not-readable'],
  ['out of focus by 3 pixels, which is not', { modulePx: 3.7, contrast: 169, sharpness: 0.28 }, 'hold-still'],
  ['large and as sharp in pixels as the one before: its modules are wider', { modulePx: 8, sharpness: 0.17 }, 'not-readable'],
  ['a print at night, 0.5 m', { modulePx: 3.8, contrast: 70, light: 95, sharpness: 0.5 }, 'more-light'],
  ['a print at night, 1 m: light is no help before it is nearer, but darkness comes first', { modulePx: 1.5, contrast: 60, light: 90, sharpness: 0.5 }, 'more-light'],
  ['nearly black', { contrast: 5, light: 9 }, 'more-light'],
  ['washed out by the sun', { contrast: 12, light: 240 }, 'not-readable'],
  ['blown out so that its dark modules are light', { contrast: 40, light: 255 }, 'too-bright'],
  ['white and black as a screen is', { contrast: 240, light: 255 }, 'not-readable'],
];
for (const [what, changes, reason] of cases) {
  test(`${what}: ${reason}`, () => assert.is(reasonOf([located(changes)]), reason));
}

test('a code that is read needs no hint, whatever else is in view', () => {
  assert.is(findingOf({ codes: [{ quad: square() }], located: [located({ cutOff: true })], blownOut: square() }, WIDTH, HEIGHT), undefined);
});

test('of several the largest is meant', () => {
  assert.is(reasonOf([located({ quad: square(60), modulePx: 1.3 }), located({ quad: square(300), cutOff: true })]), 'show-whole-code');
});

test('what was located goes before a blown-out screen, and that before what was glimpsed; only the first is certain', () => {
  const glimpsed = located({ modulePx: 1.5, sharpness: 0.7 });
  assert.equal(findingOf({ codes: [], located: [located()], glimpsed, blownOut: square() }, WIDTH, HEIGHT), { reason: 'not-readable', quad: square(), sure: true });
  assert.equal(findingOf({ codes: [], located: [], glimpsed, blownOut: square() }, WIDTH, HEIGHT), { reason: 'too-bright', quad: square(), sure: false });
  assert.equal(findingOf({ codes: [], located: [], glimpsed }, WIDTH, HEIGHT), { reason: 'come-closer', quad: square(), sure: false });
  assert.is(findingOf({ codes: [], located: [] }, WIDTH, HEIGHT), undefined);
});

test('a piece of a hall that is glimpsed is too small or too soft for a code', () => {
  assert.is(reasonOf([], { glimpsed: located({ modulePx: 0.9, sharpness: 0.9 }) }), undefined);
  assert.is(reasonOf([], { glimpsed: located({ modulePx: 1.6, sharpness: 0.17 }) }), undefined);
});

const notNumbers = [NaN, Infinity, -Infinity, -1];
test('measurements that are no numbers say nothing, and do not hide a code beside them', () => {
  for (const bad of notNumbers) {
    for (const key of ['modulePx', 'contrast', 'light', 'sharpness'] as const) {
      assert.is(reasonOf([located({ [key]: bad })]), undefined, `${key} ${bad}`);
      assert.is(reasonOf([located({ [key]: bad, quad: square(500) }), located({ cutOff: true })]), 'show-whole-code', `${key} ${bad}`);
      assert.is(reasonOf([], { glimpsed: located({ [key]: bad }) }), undefined);
    }
  }
});

const strayQuads: [string, Quad][] = [
  ['left of the picture', square(100, -200, 100)], ['below it', square(100, 100, 800)], ['far away', square(100, 1e9, 1e9)],
  ['a point', square(0)], ['a line', [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 100, y: 0 }, { x: 0, y: 0 }]],
  ['NaN', square(NaN)], ['infinite', square(Infinity)], ['one corner NaN', [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: NaN, y: 100 }, { x: 0, y: 100 }]],
];
for (const [what, quad] of strayQuads) {
  test(`a quad ${what} says nothing, located, glimpsed or blown out`, () => {
    assert.is(reasonOf([located({ quad })]), undefined);
    assert.is(reasonOf([], { glimpsed: located({ quad }), blownOut: quad }), undefined);
  });
}

test('a quad larger than the picture is a code cut off', () => {
  assert.is(reasonOf([located({ quad: square(3_000, -500, -500), cutOff: true })]), 'show-whole-code');
});

test('forty located codes are one hint; of forty thousand the first sixty-four are looked at', () => {
  const many = (count: number): Located[] => Array.from({ length: count }, (_, i) => located({ quad: square(20 + (i % 64), (i * 37) % 1200, (i * 53) % 650), modulePx: 1.5 }));
  assert.is(reasonOf(many(40)), 'come-closer');
  assert.is(reasonOf([...many(40_000), located({ quad: square(600), cutOff: true })]), 'come-closer');
});

test.run();
