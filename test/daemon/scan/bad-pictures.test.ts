import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import type { Point } from '../../../daemon/base/frame.ts';
import { loadPicture } from '../../../daemon/commands/picture-file.ts';
import { QrReader } from '../../../daemon/scan/qr.ts';
import type { ScanResult } from '../../../daemon/scan/scan-result.ts';
import { oddPictures, type Outcome, type Picture } from '../../support/odd-pictures.ts';
import { jpegOf, qrPicture } from '../../support/qr-picture.ts';

let reader: QrReader;
test.before(async () => {
  reader = await QrReader.open({ clock: systemClock, deadlineMs: 30_000, extraLookMs: 10, lookCosts: 'nominal' });
});
test.after(() => reader.close());

const read = (picture: Picture): Promise<ScanResult> => reader.read({ seq: 1, arrivedMs: 0, ...picture });
const texts = ({ codes }: ScanResult): string[] => codes.map(({ text }) => text).sort();

function mustBe(result: ScanResult, outcome: Outcome, what: string): void {
  if (outcome instanceof RegExp) {
    assert.match(result.problem ?? 'no problem', outcome, what);
    assert.equal([result.codes, result.located], [[], []], what);
    return;
  }
  assert.is(result.problem, undefined, what);
  assert.equal(texts(result), typeof outcome === 'string' ? [] : outcome.toSorted(), what);
  if (outcome === 'nothing') assert.is(result.located.length, 0, what);
  if (outcome === 'located') assert.ok(result.located.length > 0, what);
}

for (const { name, picture, outcome } of oddPictures) {
  test(`${name}: the outcome is as stated, and the next good frame is read by the same decoder`, async () => {
    mustBe(await read(await picture()), outcome, name);
    assert.equal(texts(await read(await qrPicture('GOOD'))), ['GOOD']);
    assert.is(reader.replaced, 0);
  });
}

test('a JPEG cut off anywhere is unreadable, and never a wrong text', async () => {
  const whole = await jpegOf(await qrPicture('HELLO'));
  for (let n = 0; n < 50; n++) {
    const jpeg = whole.subarray(0, Math.floor((whole.length * n) / 50));
    assert.match((await read({ width: 640, height: 480, jpeg })).problem ?? 'no problem', /^The picture cannot be read/, `${jpeg.length} bytes`);
  }
  // Without its last marker (EOI) a picture is whole all the same; cheap cameras leave it out.
  for (const missing of [1, 2]) {
    const { codes } = await read({ width: 640, height: 480, jpeg: whole.subarray(0, whole.length - missing) });
    assert.ok(codes.every(({ text }) => text === 'HELLO'), `${missing} bytes missing`);
  }
  assert.is(reader.replaced, 0);
});

/** Where a point of the upright picture is in one that is stored with an EXIF orientation (TIFF 6.0, tag 274). */
const stored: Record<number, (p: Point, width: number, height: number) => Point> = {
  1: (p) => p,
  2: ({ x, y }, width) => ({ x: width - x, y }),
  3: ({ x, y }, width, height) => ({ x: width - x, y: height - y }),
  4: ({ x, y }, _, height) => ({ x, y: height - y }),
  5: ({ x, y }) => ({ x: y, y: x }),
  6: ({ x, y }, width) => ({ x: y, y: width - x }),
  7: ({ x, y }, width, height) => ({ x: height - y, y: width - x }),
  8: ({ x, y }, _, height) => ({ x: height - y, y: x }),
};

test('a JPEG with any EXIF orientation is read as it is stored, its corners where they are in the stored pixels', async () => {
  const [width, height, scale, at] = [640, 480, 5, { x: 60, y: 90 }];
  const upright = await qrPicture('HELLO', { scale, at });
  const side = 21 * scale;
  const corners: Point[] = [at, { x: at.x + side, y: at.y }, { x: at.x + side, y: at.y + side }, { x: at.x, y: at.y + side }];
  for (const [orientation, place] of Object.entries(stored)) {
    const jpeg = await storedAs(upright.luma, width, height, Number(orientation));
    const result = await read({ width, height, jpeg });
    assert.equal(texts(result), ['HELLO'], `orientation ${orientation}`);
    result.codes[0]?.quad.forEach((found, i) => {
      const expected = place(corners[i] as Point, width, height);
      assert.ok(Math.hypot(found.x - expected.x, found.y - expected.y) <= 5, `orientation ${orientation}, corner ${i} at ${found.x},${found.y}, not ${expected.x},${expected.y}`);
    });
    const { frame } = await loadPicture(jpeg, reader.maxPixels);
    const file = await reader.read(frame);
    file.codes[0]?.quad.forEach((found, i) => assert.ok(Math.hypot(found.x - (corners[i] as Point).x, found.y - (corners[i] as Point).y) <= 5, `orientation ${orientation} as a file, corner ${i}`));
    assert.is(file.codes.length, 1);
  }
});

/** A JPEG that turned by its orientation is the picture given. */
async function storedAs(luma: Uint8Array, width: number, height: number, orientation: number): Promise<Uint8Array> {
  const turned = orientation >= 5;
  const [w, h] = turned ? [height, width] : [width, height];
  const pixels = new Uint8Array(w * h);
  const place = stored[orientation] as (typeof stored)[number];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = place({ x: x + 0.5, y: y + 0.5 }, width, height);
      pixels[Math.floor(to.y) * w + Math.floor(to.x)] = luma[y * width + x] as number;
    }
  }
  return sharp(pixels, { raw: { width: w, height: h, channels: 1 } }).withMetadata({ orientation }).jpeg({ quality: 90 }).toBuffer();
}

test('files that are no camera\'s are read by the command: 16-bit, animated and CMYK ones', async () => {
  for (const { name, picture } of oddPictures.filter((odd) => /16 bits|animated|CMYK/.test(odd.name))) {
    const { frame } = await loadPicture((await picture()).jpeg as Uint8Array, reader.maxPixels);
    assert.equal(texts(await reader.read(frame)), ['HELLO'], name);
  }
});

test('frames whose size and kind change from one to the next are each read', async () => {
  const sizes = [[200, 150], [1920, 1080], [160, 160], [1280, 720], [333, 217], [1080, 1920]] as const;
  for (let n = 0; n < 24; n++) {
    const [width, height] = sizes[n % sizes.length] as (typeof sizes)[number];
    const picture = await qrPicture(`SIZE ${n}`, { width, height });
    const shown = n % 3 === 0 ? { width, height, jpeg: await jpegOf(picture) } : picture;
    assert.equal(texts(await read(shown)), [`SIZE ${n}`], `${width} × ${height}`);
  }
});

test.run();
