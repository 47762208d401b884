import sharp from 'sharp';
import type { JpegOptions } from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { newGrid } from '../../../../daemon/scan/gate/brightness-grid.ts';
import { JpegMeter } from '../../../../daemon/scan/gate/jpeg-grid.ts';
import { measureLuma } from '../../../../daemon/scan/gate/luma-grid.ts';
import { seededRandom } from '../../../../scripts/scene/random.ts';
import { flatJpeg } from '../../../support/flat-jpeg.ts';

/** Soft shapes in colour, as a camera sees them. */
async function photo(width: number, height: number): Promise<Buffer> {
  const random = seededRandom(`${width} × ${height}`);
  const seeds = Uint8Array.from({ length: 9 * 9 * 3 }, () => random() * 255);
  return sharp(seeds, { raw: { width: 9, height: 9, channels: 3 } }).resize(width, height, { kernel: 'cubic', fit: 'fill' }).raw().toBuffer();
}

/** The mean luma of each whole block of a decompressed JPEG. */
async function blockMeans(jpeg: Uint8Array): Promise<number[]> {
  const { data, info: { width, height, channels } } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const luma = (at: number): number => (channels === 1 ? data[at] as number : 0.299 * (data[at * 3] as number) + 0.587 * (data[at * 3 + 1] as number) + 0.114 * (data[at * 3 + 2] as number));
  const means: number[] = [];
  for (let row = 0; row < height >> 3; row++) {
    for (let column = 0; column < width >> 3; column++) {
      let sum = 0;
      for (let i = 0; i < 64; i++) sum += luma((row * 8 + (i >> 3)) * width + column * 8 + (i & 7));
      means.push(sum / 64);
    }
  }
  return means;
}

const jpegs: [string, number, number, JpegOptions, boolean][] = [
  ['as cameras make them', 320, 240, { quality: 75 }, false],
  ['without subsampling', 160, 120, { quality: 90, chromaSubsampling: '4:4:4' }, false],
  ['with tables of its own', 160, 120, { quality: 60, optimiseCoding: true }, false],
  ['grey', 160, 120, { quality: 80 }, true],
  ['of a size that blocks do not fill', 157, 93, { quality: 80 }, false],
  ['of the best quality', 160, 120, { quality: 100 }, false],
  ['of a bad one', 160, 120, { quality: 20 }, false],
  ['of one block', 8, 8, { quality: 80 }, false],
  ['smaller than a block', 5, 3, { quality: 80 }, false],
];
for (const [name, width, height, options, isGrey] of jpegs) {
  test(`the means of a JPEG's blocks are those of the picture in it: ${name}`, async () => {
    const picture = sharp(await photo(width, height), { raw: { width, height, channels: 3 } });
    const jpeg = await (isGrey ? picture.toColourspace('b-w') : picture).jpeg(options).toBuffer();
    const grid = newGrid();
    assert.ok(new JpegMeter().measure(jpeg, grid));
    assert.equal([grid.columns, grid.rows], [width >> 3, height >> 3]);
    for (const [cell, mean] of (await blockMeans(jpeg)).entries()) {
      // What is beyond black and white is cut off in the picture, block by block.
      const isCut = mean < 12 || mean > 243;
      assert.ok(Math.abs(mean - (grid.means[cell] as number)) < (isCut ? 8 : 2.5), `cell ${cell}: ${mean} and ${grid.means[cell]}`);
    }
  });
}

test('a JPEG with restart markers is measured over them', async () => {
  const levels = Array.from({ length: 6 * 5 }, (_, i) => (i * 37) % 200 - 100);
  for (const restartEvery of [0, 1, 4, 6, 7, 30]) {
    const jpeg = await flatJpeg(6, 5, levels, restartEvery);
    const grid = newGrid();
    assert.ok(new JpegMeter().measure(jpeg, grid), `every ${restartEvery}`);
    const expected = await blockMeans(jpeg);
    assert.ok(expected.every((mean, cell) => Math.abs(mean - (grid.means[cell] as number)) <= 1), `every ${restartEvery}`);
  }
});

test('a JPEG that cannot be measured says so, and none is measured wrongly', async () => {
  const picture = sharp(await photo(160, 120), { raw: { width: 160, height: 120, channels: 3 } });
  const jpeg = await picture.clone().jpeg().toBuffer();
  const withMarkers = await flatJpeg(6, 5, Array.from({ length: 30 }, (_, i) => i), 4);
  const marker = withMarkers.findIndex((byte, i) => byte === 0xff && withMarkers[i + 1] === 0xd0);
  const refused: Record<string, Uint8Array> = {
    'progressive': await picture.clone().jpeg({ progressive: true }).toBuffer(),
    'nothing': new Uint8Array(0),
    'two bytes': jpeg.subarray(0, 2),
    'headers alone': jpeg.subarray(0, 600),
    'half of it': jpeg.subarray(0, jpeg.length >> 1),
    'without its last hundred bytes': jpeg.subarray(0, jpeg.length - 100),
    'a PNG': await picture.clone().png().toBuffer(),
    'zeros': new Uint8Array(5_000),
    'ones': new Uint8Array(5_000).fill(255),
    'without the restart marker that is due': Uint8Array.from([...withMarkers.subarray(0, marker), ...withMarkers.subarray(marker + 2)]),
  };
  const meter = new JpegMeter();
  for (const [name, bytes] of Object.entries(refused)) assert.is(meter.measure(bytes, newGrid()), false, name);
  assert.ok(meter.measure(jpeg, newGrid()));
});

test('a JPEG cut off anywhere, or with any byte changed, neither throws nor hangs', async () => {
  const jpeg = await sharp(await photo(64, 48), { raw: { width: 64, height: 48, channels: 3 } }).jpeg().toBuffer();
  const meter = new JpegMeter();
  const grid = newGrid();
  for (let length = 0; length < jpeg.length; length++) meter.measure(jpeg.subarray(0, length), grid);
  const random = seededRandom(3);
  for (let i = 0; i < 4_000; i++) {
    const damaged = Uint8Array.from(jpeg);
    damaged[Math.floor(random() * damaged.length)] = random() * 256;
    // What its header then says may be a large picture: no more is kept of it than its cells.
    if (meter.measure(damaged, grid)) for (let cell = 0; cell < grid.columns * grid.rows; cell++) assert.ok((grid.means[cell] as number) >= 0 && (grid.means[cell] as number) <= 255);
  }
});

test('luma is measured alike by words and by bytes', () => {
  const random = seededRandom(9);
  const [width, height] = [64, 40];
  const luma = Uint8Array.from({ length: width * height }, () => random() * 256);
  const unaligned = new Uint8Array(width * height + 1).subarray(1);
  unaligned.set(luma);
  const [byWords, byBytes] = [newGrid(), newGrid()];
  measureLuma(luma, width, height, byWords);
  measureLuma(unaligned, width, height, byBytes);
  assert.equal(byWords, byBytes);
  assert.ok(byWords.means.every((mean) => mean > 60 && mean < 200));
});

for (const [width, height] of [[1, 400], [400, 1], [7, 7], [9, 1000], [0, 0], [13, 21]] as const) {
  test(`luma of ${width} × ${height} pixels has ${(width >> 3) * (height >> 3)} cells`, () => {
    const grid = newGrid();
    measureLuma(new Uint8Array(width * height).fill(255), width, height, grid);
    assert.equal([grid.columns, grid.rows], [width >> 3, height >> 3]);
    for (let cell = 0; cell < grid.columns * grid.rows; cell++) assert.is(grid.means[cell], 255);
  });
}

test('a grid that has become smaller keeps its memory', () => {
  const grid = newGrid();
  measureLuma(new Uint8Array(640 * 480), 640, 480, grid);
  const { means } = grid;
  measureLuma(new Uint8Array(64 * 48), 64, 48, grid);
  assert.is(grid.means, means);
});

test.run();
