import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PosternError } from '../../../daemon/base/errors.ts';
import { colourPixels } from '../../../daemon/record/colour-pixels.ts';
import { lean } from '../../../daemon/record/frame-ring.ts';
import { safePicture } from '../../../daemon/record/safe-picture.ts';

const frame = { seq: 1, arrivedMs: 0 };
const plane = (value: number, length: number): number[] => Array<number>(length).fill(value);

/** Y, U, V of ITU-R BT.601 with limited range, 8 bits. */
const colours: [name: string, yuv: [number, number, number], rgb: [number, number, number]][] = [
  ['black', [16, 128, 128], [0, 0, 0]],
  ['white', [235, 128, 128], [255, 255, 255]],
  ['red', [82, 90, 240], [255, 0, 0]],
  ['green', [145, 54, 34], [0, 255, 0]],
  ['blue', [41, 240, 110], [0, 0, 255]],
];
for (const [name, [y, u, v], rgb] of colours) {
  test(`${name} in luma and chroma is ${name} in RGB, at odd sizes too`, async () => {
    const { data } = await colourPixels({ ...frame, width: 5, height: 3, luma: Uint8Array.from(plane(y, 15)) }, Uint8Array.from([...plane(u, 6), ...plane(v, 6)]));
    assert.is(data.length, 45);
    for (let i = 0; i < 45; i++) assert.ok(Math.abs((data[i] ?? 0) - (rgb[i % 3] ?? 0)) <= 2, `byte ${i} is ${data[i]}`);
  });
}

for (const [name, [y, u, v], rgb] of colours) {
  for (const [halvings, size] of [[1, [4, 2]], [2, [2, 1]]] as const) {
    test(`${name} is ${name} when it is halved ${halvings} times, at odd sizes too`, async () => {
      const { data, width, height } = await colourPixels({ ...frame, width: 9, height: 5, luma: Uint8Array.from(plane(y, 45)) }, Uint8Array.from([...plane(u, 15), ...plane(v, 15)]), halvings);
      assert.equal([width, height, data.length], [...size, size[0] * size[1] * 3]);
      data.forEach((value, i) => assert.ok(Math.abs(value - (rgb[i % 3] ?? 0)) <= 2, `byte ${i} is ${value}`));
    });
  }
}

test('halved, a picture shows what was on its left on its left, and above above', async () => {
  const luma = Uint8Array.from({ length: 64 }, (_, at) => (at % 8 < 4 ? 16 : 235));
  const chroma = Uint8Array.from({ length: 32 }, (_, at) => (at < 16 ? 128 : at % 16 < 8 ? 240 : 128));
  const { data, width } = await colourPixels({ ...frame, width: 8, height: 8, luma }, chroma, 1);
  const at = (x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  const [darkRed, white] = [at(0, 0), at(3, 3)];
  assert.ok((darkRed[0] ?? 0) > 150 && (darkRed[2] ?? 0) < 20, darkRed.join(' '));
  assert.ok(white.every((value) => value > 245), white.join(' '));
});

test('a stored picture keeps the colours of a camera that gives luma and chroma', async () => {
  const [width, height] = [64, 48];
  const kept = lean({ ...frame, width, height, luma: Uint8Array.from(plane(82, width * height)), chroma: Uint8Array.from([...plane(90, 768), ...plane(240, 768)]) });
  const { jpeg } = await safePicture(kept, [], [], async () => []);
  const { dominant } = await sharp(jpeg).stats();
  assert.ok(dominant.r > 200 && dominant.g < 60 && dominant.b < 60, JSON.stringify(dominant));
});

test('planes of another size are refused', async () => {
  for (const [luma, chroma] of [[15, 11], [14, 12], [0, 0]]) {
    await colourPixels({ ...frame, width: 5, height: 3, luma: new Uint8Array(luma ?? 0) }, new Uint8Array(chroma ?? 0)).then(() => assert.unreachable(), (error: PosternError) => assert.is(error.code, 'picture-bad'));
  }
});

test.run();
