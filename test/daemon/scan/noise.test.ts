import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isNoisy } from '../../../daemon/scan/noise.ts';
import { smooth } from '../../../daemon/scan/smoothing.ts';
import { gaussian, seededRandom } from '../../../scripts/scene/random.ts';

const [WIDTH, HEIGHT] = [320, 180];

/** A grey wall, a third of it covered by stripes of a pixel each. */
function wall(noise: number, grey = 90): Uint8Array {
  const random = seededRandom('wall');
  return Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH < WIDTH / 3 ? (i % 2) * 200 : Math.min(255, Math.max(0, grey + gaussian(random) * noise))));
}

test('grain of a dark hall is noise, that of a day is not, and drawn stripes are none', () => {
  const table: [number, boolean][] = [[0, false], [1, false], [1.5, false], [5, true], [9, true]];
  for (const [noise, is] of table) assert.is(isNoisy({ data: wall(noise), width: WIDTH, height: HEIGHT }), is, `${noise}`);
});

test('pictures too small for three pixels in a row are looked at without an error', () => {
  for (const [width, height] of [[0, 0], [1, 1], [1, 40], [40, 1], [2, 2]] as const) {
    const picture = { data: new Uint8Array(width * height).fill(7), width, height };
    assert.is(isNoisy(picture), false);
    const into = new Uint8Array(width * height);
    smooth(picture, into);
    assert.equal(into, picture.data);
  }
});

test('each pixel but those at the edge is the mean of nine, rounded', () => {
  const data = Uint8Array.from({ length: 7 * 5 }, (_, i) => (i * 89) % 256);
  const into = new Uint8Array(35);
  smooth({ data, width: 7, height: 5 }, into);
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 7; x++) {
      const isEdge = x === 0 || y === 0 || x === 6 || y === 4;
      const around = [-8, -7, -6, -1, 0, 1, 6, 7, 8].map((off) => data[y * 7 + x + off] ?? 0);
      assert.is(into[y * 7 + x], isEdge ? data[y * 7 + x] : Math.round(around.reduce((sum, value) => sum + value, 0) / 9), `${x} ${y}`);
    }
  }
});

test('white stays white', () => {
  const into = new Uint8Array(25);
  smooth({ data: new Uint8Array(25).fill(255), width: 5, height: 5 }, into);
  assert.equal(into, new Uint8Array(25).fill(255));
});

test.run();
