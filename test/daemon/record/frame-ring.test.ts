import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Frame, Quad } from '../../../daemon/base/frame.ts';
import { FrameRing } from '../../../daemon/record/frame-ring.ts';

const QUAD: Quad = [{ x: 0, y: 0 }, { x: 9, y: 0 }, { x: 9, y: 9 }, { x: 0, y: 9 }];
const frame = (arrivedMs: number, bytes = 100): Frame => ({ seq: arrivedMs, arrivedMs, width: 10, height: 10, jpeg: new Uint8Array(bytes), luma: new Uint8Array(100) });
const options = { everyMs: 250, spanMs: 3_000, maxBytes: 1_000_000 };

/** Fifteen frames a second for five seconds, a code in each. */
function filled(o = options): FrameRing {
  const ring = new FrameRing(o);
  for (let ms = 0; ms < 5_000; ms += 66) ring.remember(frame(ms), [QUAD]);
  return ring;
}

test('of many frames a second a few are kept, and for three seconds', () => {
  const ring = filled();
  const first = ring.nearest(0, Infinity)?.frame.arrivedMs ?? 0;
  assert.ok(first >= 1_900 && first <= 2_300, `${first} is three seconds ago`);
  const second = ring.nearest(first + 264, Infinity)?.frame.arrivedMs ?? 0;
  assert.ok(second - first >= 250);
});

test('of two exposures in turn the long ones are kept, and [S7] the codes of both remembered', () => {
  const ring = new FrameRing(options);
  for (let ms = 0; ms < 1_000; ms += 50) ring.remember({ ...frame(ms), ...(ms % 100 === 0 && { isShort: true as const }) }, [QUAD]);
  for (let ms = 0; ms < 1_000; ms += 50) assert.is(ring.nearest(ms, Infinity)?.frame.isShort, undefined);
  assert.is(ring.sightingsAround(frame(500), 100).length, 4);
});

test('a frame is kept in its smallest form', () => {
  assert.is(filled().newest?.frame.luma, undefined);
  assert.is(filled().newest?.frame.jpeg?.length, 100);
});

test('the nearest is sought among those before a moment', () => {
  const ring = filled();
  const newest = ring.newest?.frame.arrivedMs ?? 0;
  const before = ring.nearest(newest, newest)?.frame.arrivedMs ?? 0;
  assert.ok(before < newest && before >= newest - 300);
  assert.is(ring.nearest(0, 0), undefined);
});

test('[S9] large frames take no more memory than allowed', () => {
  const ring = new FrameRing({ ...options, maxBytes: 2_500 });
  for (let ms = 0; ms < 3_000; ms += 300) ring.remember(frame(ms, 1_000), []);
  assert.is(ring.nearest(0, Infinity)?.frame.arrivedMs, 2_400);
  ring.remember(frame(3_000, 9_000), []);
  assert.is(ring.newest, undefined, 'one that is too large alone is not kept');
});

test('codes are remembered from every frame, the nearest in time first', () => {
  const ring = filled();
  const around = ring.sightingsAround(frame(3_960), 140).map((sighting) => sighting.atMs);
  assert.equal(around, [3_894, 4_026, 3_828, 4_092]);
});

test('[S9] frames full of codes do not fill the memory', () => {
  const ring = new FrameRing(options);
  for (let ms = 0; ms < 500; ms += 10) ring.remember(frame(ms), new Array<Quad>(100).fill(QUAD));
  assert.ok(ring.sightingsAround(frame(505), 400).length <= 256);
});

test.run();
