import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HintReason } from '../../../../daemon/base/scan-hint.ts';
import { CodeFinder } from '../../../../daemon/scan/code-finder.ts';
import { Glimpser } from '../../../../daemon/scan/hint/glimpse.ts';
import { findingOf } from '../../../../daemon/scan/hint/scan-hint.ts';
import { histogramOf } from '../../../../daemon/scan/light/luma-histogram.ts';
import { locatedOf } from '../../../../daemon/scan/located.ts';
import { Tremor } from '../../../../scripts/scene/movement.ts';
import { seededRandom } from '../../../../scripts/scene/random.ts';
import { Scene } from '../../../../scripts/scene/scene.ts';
import type { Lens } from '../../../../scripts/scene/scene.ts';
import { Studio } from '../../../../scripts/scene/studio.ts';
import type { StudioOptions } from '../../../../scripts/scene/studio.ts';
import { Held } from '../../../../scripts/scene/visit.ts';

const TEXT = `PT1:${'7WAPU$%+'.repeat(24)}AB`;
const FRAMES = 9;

interface Shown {
  lighting?: StudioOptions['lighting'];
  /** Metres from the lens, and to the right of its middle. */
  z?: number;
  x?: number;
  print?: number;
  lens?: Lens;
  /** What the sensor makes of it, in place. */
  sensor?: (luma: Uint8Array, width: number, height: number) => void;
}

/** What a second of a phone, or a print, held before the camera comes to: in how many looks each reason was found, and in how many frames it was read. */
async function looksAt({ lighting = 'day', z = 0.3, x = 0, print, lens, sensor }: Shown): Promise<Partial<Record<HintReason | 'read', number>>> {
  const studio = new Studio({ width: 1280, height: 720, lighting, quality: 75, seed: 7 });
  const thing = print === undefined ? await studio.phone('guest', TEXT) : await studio.print('guest', [{ text: TEXT, sizeM: print }]);
  const pose = { x, y: 0.02, z, roll: 4, pitch: 6, yaw: -6 };
  const held = new Held('held', thing, [{ atMs: 0, ...pose }, { atMs: 1_000, ...pose }], new Tremor(seededRandom('hint'), 1_000));
  const scene = new Scene({ camera: studio.camera, hall: studio.hall, actors: [held], ...(lens && { lens }) });
  const finder = await CodeFinder.open({ extraLookMs: 10 });
  const glimpser = new Glimpser();
  const found: Partial<Record<HintReason | 'read', number>> = {};
  for (let i = 0; i < FRAMES; i++) {
    const jpeg = await studio.sensor.expose(scene.pictureAt((i * 1_000) / FRAMES), `frame ${i}`);
    const { data, info: { width, height } } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
    sensor?.(data, width, height);
    finder.room(data.length).set(data);
    const { codes, unread } = finder.findInFrame(width, height);
    const picture = { data, width, height };
    const located = unread.map((quad) => locatedOf(picture, quad));
    const glimpse = codes.length + located.length === 0 ? glimpser.glimpse(picture, () => histogramOf(picture)) : {};
    const what = codes.length > 0 ? 'read' : findingOf({ codes, located, ...glimpse }, width, height)?.reason;
    if (what) found[what] = (found[what] ?? 0) + 1;
  }
  return found;
}

const BLOCK = 20;

/** As a sensor that takes in much too much light: it clips where it is bright, and what is stray drowns the dark modules between. */
function blownOut(luma: Uint8Array, width: number, height: number): void {
  for (let top = 0; top < height; top += BLOCK) {
    for (let left = 0; left < width; left += BLOCK) {
      const rows = Array.from({ length: Math.min(BLOCK, height - top) }, (_, y) => luma.subarray((top + y) * width + left, (top + y) * width + Math.min(left + BLOCK, width)));
      const isBright = rows.some((row) => row.some((value) => value > 190));
      for (const row of rows) row.forEach((value, i) => (row[i] = isBright ? 255 : value / 3));
    }
  }
}

const scenes: [what: string, shown: Shown, reason: HintReason][] = [
  ['a phone at 0.75 m', { z: 0.75 }, 'come-closer'],
  ['a phone at 0.85 m', { z: 0.85 }, 'come-closer'],
  ['a phone too near for the lens', { lens: { focusM: 1, blurPxPerDioptre: 1.7 } }, 'hold-still'],
  ['a phone over the picture\'s edge', { x: 0.14, z: 0.25 }, 'show-whole-code'],
  ['a print in the night', { lighting: 'night', print: 0.06, z: 0.6 }, 'more-light'],
  ['a screen blown out in the dark', { sensor: blownOut, lighting: 'night' }, 'too-bright'],
];
for (const [what, shown, reason] of scenes) {
  test(`${what}: ${reason}`, async () => {
    const { read = 0, ...found } = await looksAt(shown);
    const others = Object.entries(found).filter(([name]) => name !== reason).reduce((sum, [, count]) => sum + count, 0);
    assert.ok((found[reason] ?? 0) >= 2 && others <= 1, JSON.stringify({ read, ...found }));
  });
}

test('a phone as it should be held is read, and nothing is said', async () => {
  assert.equal(await looksAt({ z: 0.3 }), { read: FRAMES });
});

test.run();
