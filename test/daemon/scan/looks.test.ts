import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodeFinder } from '../../../daemon/scan/code-finder.ts';
import { looks } from '../../../daemon/scan/looks.ts';
import { aslant, bentCode, upright, wavy } from '../../support/bent-code.ts';
import { drawQr, flatPicture } from '../../support/qr-picture.ts';
import type { LumaPicture } from '../../support/qr-picture.ts';
import { seededRandom } from '../../../scripts/scene/random.ts';

const TEXT = `PT1:${'6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77HRM3DSPTM35'.repeat(2)}`;
const finder = await CodeFinder.open();

function plainly({ luma, width, height }: LumaPicture): string[] {
  finder.room(luma.length).set(luma);
  return finder.find(width, height).map(({ text }) => text);
}

/** The names of the looks that read `text`; each must have read it whole, with its own name on it. */
function looksThatRead({ luma, width, height }: LumaPicture, text: string): string[] {
  return looks.flatMap(({ name }, index) => {
    finder.room(luma.length).set(luma);
    const { codes } = finder.look(index, width, height);
    for (const code of codes) assert.equal([code.text, code.look], [text, name]);
    return codes.length > 0 ? [name] : [];
  });
}

const finger = (u: number, v: number): number | undefined => (u < 8 && v < 8 ? 90 : undefined);

const situations: [string, () => Promise<LumaPicture>, string][] = [
  ['on cloth', () => bentCode(TEXT, { toModules: wavy(7, 0.7, 1) }), 'outlined grid'],
  ['with a finger over a finder pattern', () => bentCode(TEXT, { toModules: upright(6, 15), over: finger }), 'half, grid'],
];
for (const [name, draw, look] of situations) {
  test(`a code ${name} is not read plainly and is by "${look}"`, async () => {
    const picture = await draw();
    assert.equal(plainly(picture), []);
    assert.ok(looksThatRead(picture, TEXT).includes(look), looksThatRead(picture, TEXT).join('; '));
  });
}

test('every look reads an easy code, or leaves it where it has nothing to go by, and says where it is', async () => {
  const picture = await bentCode(TEXT, { width: 1280, height: 960, toModules: upright(14, 8, { x: 640, y: 480 }) });
  const reading = looksThatRead(picture, TEXT);
  assert.ok(reading.length >= looks.length - 2, reading.join('; '));
  finder.room(picture.luma.length).set(picture.luma);
  for (const index of looks.keys()) {
    finder.room(picture.luma.length).set(picture.luma);
    for (const { quad } of finder.look(index, 1280, 960).codes) {
      const [x, y] = [quad.reduce((sum, p) => sum + p.x, 0) / 4, quad.reduce((sum, p) => sum + p.y, 0) / 4];
      assert.ok(Math.hypot(x - 640, y - 480) < 20, `${looks[index]?.name}: ${x}, ${y}`);
    }
  }
});

function noisy(width: number, height: number): LumaPicture {
  const random = seededRandom('noise');
  return { width, height, luma: Uint8Array.from({ length: width * height }, () => random() * 256) };
}

function striped(width: number, height: number, period: number): LumaPicture {
  return { width, height, luma: Uint8Array.from({ length: width * height }, (_, i) => ((i % width) % period < period / 2 ? 20 : 230)) };
}

function chequered(width: number, height: number, period: number): LumaPicture {
  return { width, height, luma: Uint8Array.from({ length: width * height }, (_, i) => ((Math.floor((i % width) / period) + Math.floor(i / width / period)) % 2 ? 20 : 230)) };
}

/** Squares in squares: nothing but finder patterns. */
function finderWallpaper(width: number, height: number, module: number): LumaPicture {
  return {
    width, height, luma: Uint8Array.from({ length: width * height }, (_, i) => {
      const [u, v] = [Math.floor((i % width) / module) % 9, Math.floor(i / width / module) % 9];
      const ring = Math.max(Math.abs(u - 4), Math.abs(v - 4));
      return ring < 2 || ring === 3 ? 20 : 230;
    }),
  };
}

const empty: [string, LumaPicture][] = [
  ['one row', noisy(640, 1)], ['one column', noisy(1, 480)], ['one pixel', flatPicture(1, 1, 0)], ['two by two', noisy(2, 2)],
  ['black', flatPicture(640, 480, 0)], ['white', flatPicture(640, 480, 255)], ['noise', noisy(640, 480)],
  ['stripes', striped(640, 480, 8)], ['a chequered floor', chequered(640, 480, 6)], ['a wallpaper of finder patterns', finderWallpaper(640, 480, 4)],
  ['a long strip', noisy(4_000, 3)],
];
for (const [name, picture] of empty) {
  test(`nothing is read in ${name}, by no look`, () => {
    assert.equal(plainly(picture), []);
    assert.equal(looksThatRead(picture, ''), []);
  });
}

test('a picture without pixels, and one larger than its room, is nothing and no crash', () => {
  for (const [width, height] of [[0, 0], [0, 480], [640, 0], [-1, -1], [100_000, 100_000]] as const) {
    assert.equal(finder.find(width, height), []);
  }
  for (const index of looks.keys()) assert.equal(finder.look(index, 0, 0), { codes: [], unread: [] });
});

test('in a picture of twenty million pixels the looks work in a smaller copy, and tell places in the picture itself', async () => {
  const small = await bentCode(TEXT, { width: 640, height: 480, toModules: upright(6, 8) });
  const [width, height] = [640 * 8, 480 * 8];
  const luma = new Uint8Array(width * height);
  for (let i = 0; i < luma.length; i++) luma[i] = small.luma[(Math.floor(i / width) >> 3) * 640 + ((i % width) >> 3)] as number;
  const reading = looksThatRead({ luma, width, height }, TEXT);
  assert.ok(reading.length >= 5, reading.join('; '));
  finder.room(luma.length).set(luma);
  const [code] = finder.look(looks.findIndex(({ name }) => name === 'grid'), width, height).codes;
  assert.ok(code && Math.hypot((code.quad[0].x + code.quad[2].x) / 2 - width / 2, (code.quad[0].y + code.quad[2].y) / 2 - height / 2) < 100, JSON.stringify(code?.quad));
});

test('a look that there is not is no look', () => {
  finder.room(640 * 480).fill(0);
  assert.equal(finder.look(looks.length, 640, 480), { codes: [], unread: [] });
});

test('forty codes in one picture are each read once', async () => {
  const picture = flatPicture(1_280, 960, 200);
  const all = Array.from({ length: 40 }, (_, i) => `CODE ${i}`);
  for (const [i, text] of all.entries()) await drawQr(picture, text, { scale: 4, at: { x: 40 + (i % 8) * 152, y: 40 + Math.floor(i / 8) * 180 } });
  assert.equal(plainly(picture).sort(), all.toSorted());
  for (const index of looks.keys()) {
    finder.room(picture.luma.length).set(picture.luma);
    const read = finder.look(index, picture.width, picture.height).codes.map(({ text }) => text);
    assert.is(new Set(read).size, read.length, looks[index]?.name);
    assert.ok(read.every((text) => all.includes(text)), looks[index]?.name);
  }
});

test('a code that is seen and cannot be read is told, with its place', async () => {
  const scratched = (u: number, v: number, size: number): number | undefined => (u > 9 && v > 9 && u < size - 2 && v < size - 8 && Math.floor(u + v) % 3 > 0 ? 128 : undefined);
  const { luma, width, height } = await bentCode(TEXT, { toModules: upright(6), over: scratched });
  finder.room(luma.length).set(luma);
  const plain = finder.findPlainly(width, height);
  assert.equal(plain.codes, []);
  assert.ok(plain.unread.length > 0);
  const half = (33 * 6) / 2;
  assert.ok(plain.unread.some((quad) => Math.hypot(quad[0].x - 320 + half, quad[0].y - 240 + half) < 30), JSON.stringify(plain.unread));
});

test('frames are looked at within the budget, and a bent code is read in some frame', async () => {
  let nowMs = 0;
  const own = await CodeFinder.open({ extraLookMs: 10, nowMs: () => (nowMs += 5) });
  const { luma, width, height } = await bentCode(TEXT, { toModules: wavy(7, 0.7, 1) });
  const seen = new Set<string>();
  for (let frame = 0; frame < 8; frame++) {
    own.room(luma.length).set(luma);
    for (const { text, look } of own.findInFrame(width, height).codes) {
      assert.is.not(look, undefined);
      seen.add(text);
    }
  }
  assert.equal([...seen], [TEXT]);
  own.room(luma.length).set(luma);
  assert.equal((await CodeFinder.open()).findInFrame(width, height).codes, [], 'without a budget none is made');
});

test('a code aslant is read by the grids', async () => {
  const read = looksThatRead(await bentCode(TEXT, { toModules: aslant(8, 0.55) }), TEXT);
  assert.ok(read.some((name) => name.includes('grid')), read.join('; '));
});

test.run();
