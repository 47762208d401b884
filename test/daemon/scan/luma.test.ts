import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pixelsOfJpeg, rawPixels, writeLuma } from '../../../daemon/scan/luma.ts';

/** One pixel, and the luma that ITU-R BT.601 gives it. */
const colours: [string, number[], number][] = [
  ['grey', [77], 77],
  ['grey and alpha', [77, 0], 77],
  ['white', [255, 255, 255], 255],
  ['black', [0, 0, 0], 0],
  ['red', [255, 0, 0], 76],
  ['green', [0, 255, 0], 150],
  ['blue', [0, 0, 255], 29],
  ['yellow and alpha', [255, 255, 0, 9], 226],
];
for (const [name, data, luma] of colours) {
  test(`the luma of ${name}`, () => {
    const target = new Uint8Array(1);
    writeLuma({ data: Uint8Array.from(data), width: 1, height: 1, channels: data.length }, target);
    assert.ok(Math.abs((target[0] as number) - luma) <= 1, `${target[0]}, not ${luma}`);
  });
}

test('every pixel is taken, row by row', () => {
  const target = new Uint8Array(4);
  writeLuma({ data: Uint8Array.from([0, 0, 0, 50, 50, 50, 100, 100, 100, 200, 200, 200]), width: 2, height: 2, channels: 3 }, target);
  assert.equal([...target], [0, 50, 100, 200]);
});

test('a colour JPEG comes back with its size', async () => {
  const jpeg = await sharp({ create: { width: 33, height: 17, channels: 3, background: '#804020' } }).jpeg().toBuffer();
  const { width, height, channels, data } = await pixelsOfJpeg(jpeg, 1_000);
  assert.equal([width, height, channels, data.length], [33, 17, 3, 33 * 17 * 3]);
});

test('16-bit pictures come down to 8 bits', async () => {
  const white = sharp({ create: { width: 2, height: 1, channels: 3, background: 'white' } }).toColourspace('rgb16').png();
  const { data } = await rawPixels(sharp(await white.toBuffer()));
  assert.equal([...data.subarray(0, 2)], [255, 255]);
});

test('a PNG is not let through where a camera should have given a JPEG', async () => {
  const png = await sharp({ create: { width: 3, height: 3, channels: 3, background: 'red' } }).png().toBuffer();
  await pixelsOfJpeg(png, 1_000).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'not a JPEG'));
});

test.run();
