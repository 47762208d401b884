import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { newGrid } from '../../../../daemon/scan/gate/brightness-grid.ts';
import { measureLuma } from '../../../../daemon/scan/gate/luma-grid.ts';
import { SceneWatch } from '../../../../daemon/scan/gate/scene-watch.ts';
import { gaussian, seededRandom } from '../../../../scripts/scene/random.ts';
import type { LumaPicture } from '../../../support/qr-picture.ts';
import { drawQr, flatPicture } from '../../../support/qr-picture.ts';

const WIDTH = 320;
const HEIGHT = 192;

/** A camera of so much noise, and the watch behind it. */
class Watched {
  readonly #watch = new SceneWatch();
  readonly #grid = newGrid();
  readonly #random = seededRandom(1);
  readonly #grain: Float32Array;

  constructor(noise: number) {
    this.#grain = Float32Array.from({ length: 65_536 }, () => gaussian(this.#random) * noise);
  }

  /** Whether the scene has changed; `light` by row. */
  shows({ luma }: LumaPicture, light: (row: number) => number = () => 1): boolean {
    const seen = new Uint8ClampedArray(luma.length);
    for (let row = 0, at = 0; row < HEIGHT; row++) {
      const by = light(row);
      for (let from = Math.floor(this.#random() * 60_000), end = at + WIDTH; at < end; at++, from++) seen[at] = (luma[at] as number) * by + (this.#grain[from % 65_536] as number);
    }
    measureLuma(new Uint8Array(seen.buffer), WIDTH, HEIGHT, this.#grid);
    return this.#watch.hasChanged(this.#grid);
  }

  /** In how many of so many frames it has. */
  changes(frames: number, picture: (i: number) => LumaPicture, light?: (row: number, i: number) => number): number {
    let changed = 0;
    for (let i = 0; i < frames; i++) if (this.shows(picture(i), light && ((row) => light(row, i)))) changed++;
    return changed;
  }
}

/** A wall with a window and a shelf. */
function hall(): LumaPicture {
  const picture = flatPicture(WIDTH, HEIGHT, 110);
  for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) if (x > 200 && y < 75) picture.luma[y * WIDTH + x] = 220; else if (y > 150) picture.luma[y * WIDTH + x] = 45 + ((x >> 4) & 1) * 30;
  return picture;
}

for (const noise of [0, 0.8, 3, 9]) {
  test(`noise of ${noise} grey levels is no change once it is known`, () => {
    const watched = new Watched(noise);
    watched.changes(100, hall);
    assert.is(watched.changes(300, hall), 0);
  });
}

test('noise that grows in the evening is learnt within some seconds', () => {
  const [day, night] = [hall(), hall()];
  const random = seededRandom(5);
  const watched = new Watched(1);
  watched.changes(100, () => day);
  const noisy = (): LumaPicture => ({ ...night, luma: Uint8Array.from(day.luma, (value) => value + gaussian(random) * 7) });
  watched.changes(150, noisy);
  assert.is(watched.changes(20, noisy), 0);
});

for (const [name, depth, rows] of [['bands of lamps on mains', 0.12, 70], ['the whole picture at once', 0.1, 1e9]] as const) {
  test(`flicker is no change: ${name}`, () => {
    const watched = new Watched(1);
    const light = (row: number, i: number): number => 1 - depth * (0.5 + 0.5 * Math.sin((row / rows) * 2 * Math.PI + i * 2.1));
    watched.changes(100, hall, light);
    assert.is(watched.changes(300, hall, light), 0);
  });

  test(`in flicker a dim code is a change all the same: ${name}`, async () => {
    const watched = new Watched(1);
    const light = (row: number, i: number): number => 1 - depth * (0.5 + 0.5 * Math.sin((row / rows) * 2 * Math.PI + i * 2.1));
    watched.changes(150, hall, light);
    const held = hall();
    await drawQr(held, 'HELLO', { scale: 3, dark: 96, light: 124, at: { x: 103, y: 71 } });
    assert.ok(watched.shows(held, (row) => light(row, 150)));
  });
}

const faint: [string, number, Parameters<typeof drawQr>[2]][] = [
  ['the smallest code that can be read', 0.8, { scale: 2, dark: 60, light: 160 }],
  ['the dimmest, in nearly no noise', 0.3, { scale: 3, dark: 102, light: 118 }],
  ['a dim one in the light of the wall', 0.8, { scale: 3, dark: 90, light: 130 }],
  ['a pale one in usual noise', 2, { scale: 3, dark: 90, light: 140 }],
  ['a small one at night', 9, { scale: 3, dark: 40, light: 180 }],
];
for (const [name, noise, how] of faint) {
  test(`a code that comes into view is a change in the very frame: ${name}`, async () => {
    for (let place = 0; place < 12; place++) {
      const watched = new Watched(noise);
      watched.changes(100, hall);
      const held = hall();
      await drawQr(held, 'HELLO', { ...how, at: { x: 20 + 17 * place, y: 20 + 6 * place } });
      assert.ok(watched.shows(held), `place ${place}`);
    }
  });
}

test('a code that goes is a change, and one that is another code in the same place', async () => {
  const watched = new Watched(1);
  const [first, second] = [hall(), hall()];
  await drawQr(first, 'HELLO', { scale: 3, dark: 60, light: 200 });
  await drawQr(second, 'WORLD', { scale: 3, dark: 60, light: 200 });
  watched.changes(100, () => first);
  assert.ok(watched.shows(second));
  assert.not.ok(watched.shows(second));
  watched.changes(100, () => second);
  assert.ok(watched.shows(hall()));
});

test('a pixel that blinks is no change', () => {
  const watched = new Watched(0.5);
  const [dark, lit] = [hall(), hall()];
  lit.luma[90 * WIDTH + 160] = 255;
  dark.luma[90 * WIDTH + 160] = 0;
  watched.changes(10, hall);
  assert.is(watched.changes(200, (i) => (i % 2 ? lit : dark)), 0);
});

test('a lamp that is switched on is a change', () => {
  const watched = new Watched(1);
  watched.changes(100, hall, () => 0.3);
  assert.ok(watched.shows(hall()));
});

test('dusk, a hundredth of a grey level a frame, is none', () => {
  const watched = new Watched(0.8);
  watched.changes(100, hall);
  assert.is(watched.changes(1_000, hall, (_row, i) => 1 - i / 11_000), 0);
});

test('someone who walked about for a while has not made the place blind', async () => {
  const watched = new Watched(1);
  watched.changes(100, hall);
  const walker = (i: number): LumaPicture => {
    const picture = hall();
    for (let y = 40; y < 180; y++) picture.luma.fill(30 + (y % 40), y * WIDTH + 75 + ((i * 7) % 90), y * WIDTH + 125 + ((i * 7) % 90));
    return picture;
  };
  assert.ok(watched.changes(100, walker) > 95);
  watched.changes(30, hall);
  const held = hall();
  await drawQr(held, 'HELLO', { scale: 3, dark: 40, light: 200, at: { x: 103, y: 91 } });
  assert.ok(watched.shows(held));
});

test.run();
