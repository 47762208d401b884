import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jpegSize } from '../../../drivers/camera/jpeg-size.ts';

const picture = sharp({ create: { width: 1234, height: 77, channels: 3, background: 'red' } });

test('the size stands behind whatever segments come first', async () => {
  for (const jpeg of [picture.clone().jpeg(), picture.clone().jpeg({ progressive: true }), picture.clone().withExif({ IFD0: { Artist: 'x'.repeat(2_000) } }).jpeg()]) {
    assert.equal(jpegSize(await jpeg.toBuffer()), { width: 1234, height: 77 });
  }
});

test('the bytes may be a part of a larger buffer', async () => {
  const jpeg = await picture.clone().jpeg().toBuffer();
  assert.equal(jpegSize(Buffer.concat([Buffer.alloc(13), jpeg]).subarray(13)), { width: 1234, height: 77 });
});

test('a JPEG cut off anywhere has its size or none', async () => {
  const jpeg = await picture.clone().jpeg().toBuffer();
  for (let length = 0; length < jpeg.length; length++) {
    const size = jpegSize(jpeg.subarray(0, length));
    if (size) assert.equal(size, { width: 1234, height: 77 });
  }
});

test('bytes that are no JPEG have no size', () => {
  for (const bytes of [[], [0xff], [0xff, 0xd8], [0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0], new Array<number>(99).fill(0), new Array<number>(99).fill(255)]) {
    assert.is(jpegSize(Uint8Array.from(bytes)), undefined);
  }
});

test.run();
