import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Quad } from '../../../daemon/base/frame.ts';
import type { Pixels } from '../../../daemon/base/pixels.ts';
import { pixelate } from '../../../daemon/record/pixelate.ts';

const square = (left: number, top: number, side: number): Quad =>
  [{ x: left, y: top }, { x: left + side, y: top }, { x: left + side, y: top + side }, { x: left, y: top + side }];

/** Grain of its own at each place. */
function grainAt(x: number, y: number): number {
  return (x * 7_919 + y * 104_729 + ((x * y) % 251) * 31) % 251;
}

function grain(width: number, height: number): Pixels {
  return { data: Uint8Array.from({ length: width * height }, (_, i) => grainAt(i % width, Math.floor(i / width))), width, height, channels: 1 };
}

/** Whether the pixel and the one to its right are as they were. */
function isUntouched({ data, width }: Pixels, x: number, y: number): boolean {
  return data[y * width + x] === grainAt(x, y) && data[y * width + x + 1] === grainAt(x + 1, y);
}

function untouched(picture: Pixels): number {
  let count = 0;
  for (let y = 0; y < picture.height; y++) for (let x = 0; x < picture.width - 1; x++) if (isUntouched(picture, x, y)) count += 1;
  return count;
}

test('a code and its margin become blocks of an eighth of its side, and nothing else changes', () => {
  const picture = grain(200, 200);
  pixelate(picture, square(60, 60, 80), 0.1);
  for (const [x, y] of [[60, 60], [138, 60], [60, 139], [138, 139], [100, 100], [53, 53]] as const) assert.not.ok(isUntouched(picture, x, y), `${x},${y} is covered`);
  for (const [x, y] of [[30, 100], [170, 100], [100, 30], [100, 170]] as const) assert.ok(isUntouched(picture, x, y), `${x},${y} is as it was`);
  const row = [...picture.data.subarray(100 * 200 + 60, 100 * 200 + 140)];
  assert.ok(new Set(row).size <= 10, 'a row through the code has no more values than blocks');
});

test('the mosaic keeps the colours', () => {
  const picture: Pixels = { data: new Uint8Array(100 * 100 * 3), width: 100, height: 100, channels: 3 };
  for (let i = 0; i < picture.data.length; i += 3) picture.data.set([200, 100, 50], i);
  pixelate(picture, square(20, 20, 60), 0.1);
  assert.equal([...picture.data.subarray((50 * 100 + 50) * 3, (50 * 100 + 50) * 3 + 3)], [200, 100, 50]);
});

test('a code turned by 45° is covered without the corners around it', () => {
  const picture = grain(200, 200);
  pixelate(picture, [{ x: 100, y: 30 }, { x: 170, y: 100 }, { x: 100, y: 170 }, { x: 30, y: 100 }], 0.1);
  for (const [x, y] of [[100, 31], [168, 100], [100, 169], [31, 100], [134, 66]] as const) assert.not.ok(isUntouched(picture, x, y), `${x},${y} is covered`);
  for (const [x, y] of [[40, 40], [160, 40], [40, 160], [160, 160]] as const) assert.ok(isUntouched(picture, x, y), `${x},${y} is as it was`);
});

test('the order of the corners does not matter', () => {
  const [a, b, c, d] = square(60, 60, 80);
  const clockwise = grain(200, 200);
  pixelate(clockwise, [a, b, c, d], 0.1);
  const mirrored = grain(200, 200);
  pixelate(mirrored, [a, d, c, b], 0.1);
  assert.equal(mirrored.data, clockwise.data);
});

const odd: [string, Quad][] = [
  ['half outside the picture', square(-40, -40, 80)],
  ['larger than the picture', square(-500, -500, 2_000)],
  ['with crossed sides', [{ x: 40, y: 40 }, { x: 120, y: 120 }, { x: 120, y: 40 }, { x: 40, y: 120 }]],
  ['with an inward corner', [{ x: 40, y: 40 }, { x: 120, y: 40 }, { x: 60, y: 60 }, { x: 40, y: 120 }]],
  ['on one line', [{ x: 40, y: 40 }, { x: 80, y: 40 }, { x: 120, y: 40 }, { x: 100, y: 40 }]],
  ['at one point', [{ x: 50, y: 50 }, { x: 50, y: 50 }, { x: 50, y: 50 }, { x: 50, y: 50 }]],
];
for (const [name, quad] of odd) {
  test(`corners ${name} are covered`, () => {
    const picture = grain(160, 160);
    pixelate(picture, quad, 0.15);
    for (const { x, y } of quad) {
      if (x >= 0 && y >= 0 && x < 159 && y < 159) assert.not.ok(isUntouched(picture, x, y), `${x},${y} is covered`);
    }
    assert.is(picture.data.length, 160 * 160);
  });
}

test('corners that are no numbers cover the whole picture', () => {
  const picture = grain(160, 120);
  pixelate(picture, [{ x: Number.NaN, y: 1 }, { x: 2, y: 1 }, { x: 2, y: 2 }, { x: 1, y: Infinity }], 0.15);
  assert.is(untouched(picture), 0);
});

test('a code wholly outside the picture changes nothing', () => {
  const picture = grain(100, 100);
  const before = untouched(picture);
  pixelate(picture, square(300, 300, 50), 0.15);
  assert.is(untouched(picture), before);
});

test.run();
