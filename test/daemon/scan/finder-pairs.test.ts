import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Point } from '../../../daemon/base/frame.ts';
import { outlineOfPair } from '../../../daemon/scan/grid/code-outline.ts';
import { perspectiveOf, project } from '../../../daemon/scan/grid/perspective.ts';
import type { Perspective } from '../../../daemon/scan/grid/perspective.ts';
import { finderPairs } from '../../../daemon/scan/locate/finder-pairs.ts';
import type { FinderPattern } from '../../../daemon/scan/locate/finder-patterns.ts';
import { shapeOf } from '../../../daemon/scan/locate/finder-shape.ts';
import type { FinderShape } from '../../../daemon/scan/locate/finder-shape.ts';
import { seededRandom } from '../../../scripts/scene/random.ts';

const SIZE = 49;
const MIDDLES = { corner: [3.5, 3.5], right: [SIZE - 3.5, 3.5], below: [3.5, SIZE - 3.5] } as const;

/** A grid of 49 modules turned by so many degrees, its lower edge `shrink` times as long as its upper one, its right edge by the root of it. */
function mapOf(degrees: number, shrink = 1): Perspective {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const at = (x: number, y: number): Point => ({ x: 320 + c * x - s * y, y: 240 + s * x + c * y });
  const half = 150;
  const near = half * Math.sqrt(shrink);
  const to = [at(-half, -half), at(half, -near), at(half * shrink, near), at(-half * shrink, half)];
  const from = [[0, 0], [SIZE, 0], [SIZE, SIZE], [0, SIZE]].map(([x = 0, y = 0]) => ({ x, y }));
  return perspectiveOf(from.map((p, i) => ({ from: p, to: to[i] as Point }))) as Perspective;
}

/** A finder pattern alone, drawn under a map; `isHit`: pixels by chance the other way round. */
function drawn(map: Perspective, [u, v]: readonly [number, number], isHit: () => boolean = () => false): { shape: FinderShape | undefined; middle: Point } {
  const [width, height] = [640, 480];
  const back = perspectiveOf([[0, 0], [SIZE, 0], [SIZE, SIZE], [0, SIZE]].map(([x = 0, y = 0]) => ({ from: project(map, x, y), to: { x, y } }))) as Perspective;
  const bits = Uint8Array.from({ length: width * height }, (_, i) => {
    const at = project(back, (i % width) + 0.5, Math.floor(i / width) + 0.5);
    const ring = Math.max(Math.abs(at.x - u), Math.abs(at.y - v));
    return (ring < 1.5 || (ring >= 2.5 && ring < 3.5)) !== isHit() ? 1 : 0;
  });
  const middle = project(map, u, v);
  const [left, right] = [project(map, u - 3.5, v), project(map, u + 3.5, v)];
  const across = Math.hypot(right.x - left.x, right.y - left.y) / 7;
  const pattern: FinderPattern = { x: middle.x + 0.7, y: middle.y - 0.6, across, down: across, inverted: false, rows: 9 };
  return { shape: shapeOf({ bits, width, height }, pattern), middle };
}

function shapeAt(map: Perspective, at: keyof typeof MIDDLES): FinderShape {
  const { shape } = drawn(map, MIDDLES[at]);
  assert.ok(shape, `the pattern at ${at} has a shape`);
  return shape;
}

for (const degrees of [0, 17, 45, 61, 90, 200]) {
  test(`a finder pattern turned by ${degrees}° and seen aslant lies as it was drawn`, () => {
    const map = mapOf(degrees, 0.7);
    const { shape, middle } = drawn(map, MIDDLES.corner);
    assert.ok(shape);
    assert.ok(Math.hypot(shape.x - middle.x, shape.y - middle.y) < 0.9, `${shape.x - middle.x}, ${shape.y - middle.y}`);
    const right = project(map, 4.5, 3.5);
    const sides = [shape.u, shape.v].flatMap(({ x, y }) => [{ x, y }, { x: -x, y: -y }]);
    const off = Math.min(...sides.map(({ x, y }) => Math.hypot(x - (right.x - middle.x), y - (right.y - middle.y))));
    assert.ok(off < 0.1 * Math.hypot(right.x - middle.x, right.y - middle.y), `${off}`);
    assert.ok(shape.u.x * shape.v.y - shape.u.y * shape.v.x > 0, 'the second side is clockwise of the first');
  });
}

test('with one pixel in fifty wrong it still has its shape, with one in three it has none', () => {
  for (const [share, has] of [[0.02, true], [0.33, false]] as const) {
    const random = seededRandom('specks');
    assert.is(drawn(mapOf(20), MIDDLES.corner, () => random() < share).shape !== undefined, has, `${share}`);
  }
});

test('what has no three edges on most sides has no shape: bars, a disc in a ring cut in half, nothing', () => {
  const [width, height] = [100, 100];
  const pattern: FinderPattern = { x: 50, y: 50, across: 5, down: 5, inverted: false, rows: 5 };
  const pictures: [string, (x: number, y: number) => boolean][] = [
    ['bars', (x) => Math.floor((x + 2) / 5) % 2 === 0], ['half', (x, y) => x > 48 && Math.hypot(x - 50, y - 50) % 10 < 6], ['dark', () => true], ['light', () => false],
  ];
  for (const [name, isDark] of pictures) {
    const bits = Uint8Array.from({ length: width * height }, (_, i) => (isDark(i % width, Math.floor(i / width)) ? 1 : 0));
    assert.is(shapeOf({ bits, width, height }, pattern), undefined, name);
  }
  assert.is(shapeOf({ bits: new Uint8Array(0), width: 0, height: 0 }, pattern), undefined, 'no picture');
});

for (const [a, b] of [['corner', 'right'], ['corner', 'below'], ['below', 'right']] as const) {
  for (const [degrees, shrink] of [[0, 1], [30, 0.8], [135, 0.75]] as const) {
    test(`the patterns ${a} and ${b} of a code turned by ${degrees}°, its far side ${shrink} of the near one, say where the rest of it is`, () => {
      const map = mapOf(degrees, shrink);
      const pairs = finderPairs([shapeAt(map, a), shapeAt(map, b)]);
      assert.ok(pairs.length <= 4, `${pairs.length} ways`);
      const offs = pairs.filter(({ size }) => Math.abs(size - SIZE) < 3).map((pair) => {
        const corners = outlineOfPair({ ...pair, size: SIZE })?.corners ?? [];
        return Math.max(...corners.map(({ x, y }, i) => {
          const [u, v] = [i === 0 || i === 3 ? 3.5 : SIZE - 3.5, i < 2 ? 3.5 : SIZE - 3.5];
          const true_ = project(map, u, v);
          return Math.hypot(x - true_.x, y - true_.y);
        }));
      });
      // Modules are six pixels and less: a pattern three modules off is found.
      assert.ok(Math.min(...offs) < 18, offs.join(' '));
    });
  }
}

test('patterns that do not stand along each other\'s sides are no pair, nor a light one with a dark one, nor two of very different sizes', () => {
  const shape = (x: number, y: number, by = 5, inverted = false): FinderShape => ({ x, y, u: { x: by, y: 0 }, v: { x: 0, y: by }, inverted });
  assert.is(finderPairs([shape(0, 0), shape(210, 0)]).length, 4);
  assert.is(finderPairs([shape(0, 0), shape(210, 210)]).length, 2);
  const table: [string, FinderShape][] = [
    ['at 27°', shape(200, 100)], ['inverted', shape(210, 0, 5, true)], ['three times as large', shape(210, 0, 15)],
    ['too near', shape(40, 0)], ['too far', shape(5000, 0)], ['at the same place', shape(0, 0)],
  ];
  for (const [name, other] of table) assert.equal(finderPairs([shape(0, 0), other]), [], name);
});

test.run();
