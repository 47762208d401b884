import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { newGrid } from '../../../../daemon/scan/gate/brightness-grid.ts';
import { JpegMeter } from '../../../../daemon/scan/gate/jpeg-grid.ts';
import { JpegHeaderReader } from '../../../../daemon/scan/gate/jpeg-headers.ts';
import { seededRandom } from '../../../../scripts/scene/random.ts';
import { codedJpeg } from '../../../support/coded-jpeg.ts';
import { plainMeans } from '../../../support/plain-jpeg.ts';

/** One for all, as for all pictures of a camera. */
const meter = new JpegMeter();
const grid = newGrid();

/** Measures it both ways; whether it could be measured, which both must agree on to the bit. */
function isMeasured(jpeg: Uint8Array, about: string): boolean {
  const plain = plainMeans(jpeg);
  assert.is(meter.measure(jpeg, grid), plain !== undefined, about);
  if (!plain) return false;
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const mean = Math.fround(plain.means[row * plain.across + column] as number);
      if (grid.means[row * grid.columns + column] !== mean) assert.is(grid.means[row * grid.columns + column], mean, `${about}, ${column}, ${row}`);
    }
  }
  return true;
}

/** Soft shapes with a sensor's noise on them. */
async function noisy(width: number, height: number): Promise<Sharp> {
  const random = seededRandom(`${width} × ${height}, noisy`);
  const seeds = Uint8Array.from({ length: 9 * 9 * 3 }, () => random() * 255);
  const pixels = await sharp(seeds, { raw: { width: 9, height: 9, channels: 3 } }).resize(width, height, { kernel: 'cubic', fit: 'fill' }).raw().toBuffer();
  return sharp(pixels.map((value) => Math.min(255, value + random() * 12)), { raw: { width, height, channels: 3 } });
}

test('several codes at a time come to what the standard\'s one bit at a time does, whatever the quality and the tables', async () => {
  for (const [width, height] of [[160, 120], [157, 93]] as const) {
    const picture = await noisy(width, height);
    for (const quality of [20, 40, 60, 75, 85, 95, 100]) {
      for (const optimiseCoding of [true, false]) {
        for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
          const options = { quality, optimiseCoding, chromaSubsampling };
          assert.ok(isMeasured(await picture.clone().jpeg(options).toBuffer(), JSON.stringify({ width, ...options })));
        }
        assert.ok(isMeasured(await picture.clone().toColourspace('b-w').jpeg({ quality, optimiseCoding }).toBuffer(), `grey ${width}, ${quality}`));
      }
    }
  }
});

const samplings = [[1, 1], [2, 1], [1, 2], [2, 2], [4, 1]] as const;

test('blocks of every code there is, full and empty ones, are stepped over to the bit, in every sampling and with restart markers', async () => {
  const random = seededRandom('every code');
  for (const [across, down] of samplings) {
    for (const restartEvery of [0, 1, 3, 10]) {
      for (const [width, height] of [[104, 72], [61, 45]] as const) {
        const about = { width, height, across, down, restartEvery, hasLongCodes: restartEvery === 3 };
        assert.ok(isMeasured(await codedJpeg(about, random), JSON.stringify(about)));
      }
    }
  }
});

test('what is damaged behind its headers is measured as bit by bit, or not at all', async () => {
  const random = seededRandom('damaged');
  const pictures = [await (await noisy(80, 56)).jpeg({ quality: 70, optimiseCoding: false }).toBuffer()];
  for (const [across, down] of samplings) for (const restartEvery of [0, 2]) pictures.push(Buffer.from(await codedJpeg({ width: 61, height: 45, across, down, restartEvery, hasLongCodes: false }, random)));
  let measured = 0;
  for (const [picture, jpeg] of pictures.entries()) {
    const { at } = new JpegHeaderReader().read(jpeg) as { at: number };
    const scan = jpeg.length - at;
    for (let i = 0; i < 120; i++) {
      const damaged = Buffer.from(i % 3 === 0 ? jpeg.subarray(0, at + Math.floor(random() * scan)) : jpeg);
      for (let n = i % 4; n > 0; n--) {
        const place = at + Math.floor(random() * (damaged.length - at));
        if (place < damaged.length) damaged[place] = random() < 0.5 ? (damaged[place] as number) ^ (1 << Math.floor(random() * 8)) : random() * 256;
      }
      if (isMeasured(damaged, `picture ${picture}, damage ${i}`)) measured++;
    }
  }
  assert.ok(measured > 100, `${measured} could be measured`);
});

test('a header that claims more blocks than its bits could be is refused before room is made for them', async () => {
  const jpeg = await (await noisy(80, 56)).jpeg().toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.fill(0xff, frame + 5, frame + 9);
  const before = process.memoryUsage().arrayBuffers;
  assert.is(new JpegMeter().measure(jpeg, newGrid()), false);
  assert.ok(process.memoryUsage().arrayBuffers - before < 10_000_000);
});

test.run();
