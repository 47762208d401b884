import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Quad } from '../../../daemon/base/frame.ts';
import { GridReader, cornersOf } from '../../../daemon/scan/grid/grid-reader.ts';
import { perspectiveOf, project } from '../../../daemon/scan/grid/perspective.ts';
import { outlineOfPair, outlinesOfPlace } from '../../../daemon/scan/grid/code-outline.ts';
import { Locator } from '../../../daemon/scan/locate/locator.ts';
import { PicturePyramid } from '../../../daemon/scan/picture-pyramid.ts';
import { qrSymbol } from '../../../scripts/scene/qr-symbol.ts';
import { aslant, bentCode, upright, wavy } from '../../support/bent-code.ts';
import type { BentCodeOptions } from '../../support/bent-code.ts';
import type { LumaPicture } from '../../support/qr-picture.ts';

const TEXT = `PT1:${'6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77HRM3DSPTM35'.repeat(2)}`;
const reader = new GridReader();
const locator = new Locator();

function pyramidOf({ luma, width, height }: LumaPicture): PicturePyramid {
  const pyramid = new PicturePyramid();
  pyramid.build({ data: luma, width, height });
  return pyramid;
}

/** The share of modules that the best place's best grid gets wrong; of the likely ones a decoder would find it. */
async function errorsIn(options: BentCodeOptions, by: 'places' | 'pairs' = 'places'): Promise<{ asItIs: number; bent: number; corners: Quad }> {
  const pyramid = pyramidOf(await bentCode(TEXT, options));
  const { places, pairs } = locator.locate(pyramid, { level: 0, reach: 1 / 16, below: 0.05 });
  const outlines = by === 'places' ? places.flatMap(outlinesOfPlace) : pairs.map(outlineOfPair).filter((outline) => outline !== undefined);
  const grids = reader.likeliest(pyramid, outlines, 6).flatMap((place) => reader.grids(pyramid, place)).sort((a, b) => b.agree - a.agree);
  const { size, dark } = await qrSymbol(TEXT);
  const all = grids.slice(0, 6).filter((grid) => grid.size === size).map((grid) => {
    const shares = [...reader.read(pyramid, grid)].map(({ modules: { bits } }) => bits.filter((bit, i) => bit !== dark[i]).length / bits.length);
    return { asItIs: shares[0] ?? 1, bent: shares[1] ?? 1, corners: cornersOf(grid) };
  });
  const [best] = all.sort((a, b) => a.bent - b.bent);
  assert.ok(best, 'a grid of the right size is among the six best');
  return best;
}

test('four ties say one perspective, more the nearest one, three in a line none', () => {
  const from = [[0, 0], [10, 0], [10, 10], [0, 10], [5, 2]].map(([x = 0, y = 0]) => ({ x, y }));
  const true_ = Float64Array.of(3, 0.4, 20, -0.2, 2.5, 30, 0.01, 0.005, 1);
  const ties = from.map((p) => ({ from: p, to: project(true_, p.x, p.y) }));
  for (const count of [4, 5]) {
    const found = perspectiveOf(ties.slice(0, count));
    assert.ok(found);
    found.forEach((value, i) => assert.ok(Math.abs(value - (true_[i] as number)) < 1e-6));
  }
  assert.is(perspectiveOf(ties.slice(0, 3)), undefined);
  assert.is(perspectiveOf([0, 1, 2, 3].map((n) => ({ from: { x: n, y: n }, to: { x: n, y: n } }))), undefined);
});

for (const degrees of [0, 20, 45, 90, 180, 300]) {
  test(`a code turned by ${degrees}° is read without an error`, async () => {
    const { asItIs, corners } = await errorsIn({ toModules: upright(5, degrees) });
    assert.is(asItIs, 0);
    const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const half = ((await qrSymbol(TEXT)).size * 5) / 2;
    assert.ok(Math.hypot(corners[0].x - (320 - c * half + s * half), corners[0].y - (240 - s * half - c * half)) < 5, 'its own upper left corner comes first');
  });
}

test('two and a half pixels a module, with noise, are enough', async () => {
  const { bent } = await errorsIn({ toModules: upright(2.5, 10), noise: 20 });
  assert.ok(bent < 0.04, `${bent}`);
});

test('a code aslant, its far side 0.6 times the near one, is straightened', async () => {
  const { bent } = await errorsIn({ toModules: aslant(7, 0.6) });
  assert.ok(bent < 0.01, `${bent}`);
});

test('a code on cloth is read by the bent grid and not by the flat one', async () => {
  const { asItIs, bent } = await errorsIn({ toModules: wavy(7, 0.8, 0.9) });
  assert.ok(asItIs > 0.05 && bent < asItIs / 3, `${asItIs} ${bent}`);
});

test('light on dark, and light falling off to one side', async () => {
  assert.is((await errorsIn({ toModules: upright(5), dark: 230, light: 30 })).asItIs, 0);
  const shaded = await bentCode(TEXT, { toModules: upright(5) });
  shaded.luma.forEach((value, i) => { shaded.luma[i] = value * (0.15 + (0.85 * (i % 640)) / 640); });
  const pyramid = pyramidOf(shaded);
  const [place] = locator.locate(pyramid, { level: 0, reach: 1 / 16, below: 0.05 }).places;
  assert.ok(place);
  const [outline] = outlinesOfPlace(place);
  const [grid] = outline ? reader.grids(pyramid, outline) : [];
  assert.ok(grid);
  const { dark } = await qrSymbol(TEXT);
  const [first] = reader.read(pyramid, grid);
  assert.equal([...(first?.modules.bits ?? [])], [...dark]);
});

const lids: [string, (u: number, v: number, size: number) => boolean][] = [
  ['upper left', (u, v) => u < 9 && v < 9],
  ['upper right', (u, v, size) => u > size - 9 && v < 9],
  ['lower left', (u, v, size) => u < 9 && v > size - 9],
];
for (const [name, isUnder] of lids) {
  test(`with a finger over the ${name} finder pattern the grid is found by the other two`, async () => {
    const { bent } = await errorsIn({ toModules: upright(6, 15), over: (u, v, size) => (isUnder(u, v, size) ? 90 : undefined) }, 'pairs');
    assert.ok(bent < 0.06, `${bent}`);
  });

  test(`with glare over the ${name} finder pattern of a code aslant the grid grows from the other two to where it is`, async () => {
    const glare = (u: number, v: number, size: number): number | undefined => (isUnder(u, v, size) ? 255 : undefined);
    for (const shrink of [0.65, 0.8]) {
      const { asItIs } = await errorsIn({ toModules: aslant(7, shrink), over: glare }, 'pairs');
      assert.ok(asItIs < 0.02, `${shrink}: ${asItIs}`);
    }
  });
}

test.run();
