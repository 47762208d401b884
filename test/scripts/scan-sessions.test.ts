import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Quad } from '../../daemon/base/frame.ts';
import { CodeFinder } from '../../daemon/scan/code-finder.ts';
import { summaryOf, summaryText } from '../../scripts/scan-sessions/distribution.ts';
import { firstWellShown, truthOf } from '../../scripts/scan-sessions/frame-truth.ts';
import type { FrameTruth } from '../../scripts/scan-sessions/frame-truth.ts';
import { outcomeOf } from '../../scripts/scan-sessions/outcome.ts';
import { randomSession } from '../../scripts/scan-sessions/random-session.ts';
import { SessionPainter } from '../../scripts/scan-sessions/session-painter.ts';
import { doorCamera } from '../../scripts/scene/pinhole.ts';

const size = { width: 640, height: 480 };
const square = (x: number, y: number, side: number): Quad => [{ x, y }, { x: x + side, y }, { x: x + side, y: y + side }, { x, y: y + side }];

const truth = suite('ground truth of a frame');

truth('a still square of 98 pixels has two pixels for each of 49 modules', () => {
  assert.equal(truthOf(0, square(100, 100, 98), square(100, 100, 98), 0, size, 49), { atMs: 0, modulePx: 2, blurModules: 0, whole: true });
});

truth('movement and focus blur together as the sides of a right angle do', () => {
  assert.is(truthOf(0, square(100, 100, 98), square(106, 100, 98), 8, size, 49).blurModules, 5);
});

truth('a rhombus is as narrow as its height', () => {
  const rhombus: Quad = [{ x: 200, y: 100 }, { x: 300, y: 100 }, { x: 360, y: 180 }, { x: 260, y: 180 }];
  assert.is(truthOf(0, rhombus, rhombus, 0, size, 20).modulePx, 4);
});

truth('a code is whole only with a module around it, from the opening of the shutter to its closing', () => {
  const [inside, tooNear, outside] = [square(10, 10, 98), square(1, 100, 98), square(560, 100, 98)];
  const whole = (opened: Quad, closed: Quad): boolean => truthOf(0, opened, closed, 0, size, 49).whole;
  assert.equal([whole(inside, inside), whole(tooNear, tooNear), whole(inside, outside), whole(outside, inside)], [true, false, false, false]);
});

const good: FrameTruth = { atMs: 0, modulePx: 3, blurModules: 1, whole: true };
const frames = (...rows: [number, Partial<FrameTruth>][]): FrameTruth[] => rows.flatMap(([count, change]) => Array.from({ length: count }, () => ({ ...good, ...change })));

truth('a code is well shown from the first of eight good frames in a row', () => {
  const tried: [string, FrameTruth[], number | undefined][] = [
    ['eight', frames([8, {}]), 0],
    ['seven', frames([7, {}]), undefined],
    ['seven and seven with one too small between', frames([7, {}], [1, { modulePx: 2.9 }], [7, {}]), undefined],
    ['eight after a blurred one', frames([1, { blurModules: 1.1 }], [8, {}]), 1],
    ['eight after one that is cut off', frames([3, {}], [1, { whole: false }], [9, {}]), 4],
  ];
  for (const [what, truths, first] of tried) assert.is(firstWellShown(truths), first, what);
});

truth.run();

const outcome = suite('outcome of a session');
const comes = frames([2, { whole: false }], [2, { modulePx: 2 }], [10, {}]);

outcome('frames count from the first well shown one', () => {
  const read = (frame: number | undefined): unknown[] => {
    const { frames: count, early, wellShown } = outcomeOf('s', comes, frame === undefined ? undefined : { frame }, 0) ?? {};
    return [wellShown, count, early];
  };
  assert.equal([read(4), read(6), read(11), read(12), read(undefined)], [[true, 1, false], [true, 3, false], [true, 8, false], [true, undefined, false], [true, undefined, false]]);
  assert.equal(read(2), [true, 1, true], 'read while it was still small');
});

outcome('a code that is never shown well counts from the first frame in which it is whole', () => {
  const small = frames([2, { whole: false }], [5, { modulePx: 2 }]);
  assert.is(outcomeOf('s', small, { frame: 4 }, 0)?.frames, 3);
  assert.is(outcomeOf('s', small, { frame: 4 }, 0)?.wellShown, false);
});

outcome('a code that is never whole is no session', () => {
  assert.is(outcomeOf('s', frames([9, { whole: false }]), undefined, 0), undefined);
});

outcome('a goal that is missed is marked, and what is not read waits for ever', () => {
  const outcomes = [1, 1, 1, undefined].map((frame, n) => ({ seed: `1/${n}`, wellShown: true, early: false, modulePx: 4, wrong: 0, ...(frame !== undefined && { frames: frame }) }));
  const text = summaryText('Well shown', summaryOf(outcomes), true);
  assert.match(text, /read 3 \(75\.0 %, goal 99 % NOT MET\)/);
  assert.match(text, /median 0 ms, p90 never/);
  assert.match(text, /not read {6}1 /);
  assert.match(text, /missed: 1\/3 \(4\.0 px a module\)/);
});

outcome.run();

const painted = suite('painted sessions');

painted('the code is read where the ground truth says it is, and says what it should', async () => {
  const camera = doorCamera(640, 360);
  const finder = await CodeFinder.open();
  const painter = new SessionPainter(camera);
  for (const seed of ['1/1', '1/5']) {
    const session = { ...randomSession(seed, camera), light: 'day' as const };
    const { truths, frame } = await painter.paint(session);
    const best = truths.findLastIndex(({ whole, blurModules }) => whole && blurModules < 0.9);
    const { data, width, height } = await frame(best);
    finder.room(data.length).set(data);
    const code = finder.find(width, height).find(({ text }) => text === session.text);
    assert.ok(code, seed);
    const sides = code.quad.map((p, i) => Math.hypot(p.x - (code.quad[(i + 1) % 4] as typeof p).x, p.y - (code.quad[(i + 1) % 4] as typeof p).y));
    const { modulePx } = truths[best] as FrameTruth;
    assert.ok(Math.abs(Math.min(...sides) / 49 / modulePx - 1) < 0.1, `${seed}: ${Math.min(...sides) / 49} and ${modulePx} pixels a module`);
  }
});

painted('the same seed paints the same frame, another one does not', async () => {
  const camera = doorCamera(320, 240);
  const frameOf = async (seed: string): Promise<string> => {
    const painter = new SessionPainter(camera);
    const { data } = await (await painter.paint(randomSession(seed, camera))).frame(10);
    return Buffer.from(data).toString('base64');
  };
  const [first, again, other] = [await frameOf('1/3'), await frameOf('1/3'), await frameOf('1/4')];
  assert.is(first, again);
  assert.is.not(first, other);
});

painted.run();
