import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodeFinder } from '../../../../daemon/scan/code-finder.ts';
import { isBlurred } from '../../../../daemon/scan/gate/blurredness.ts';
import { newGrid } from '../../../../daemon/scan/gate/brightness-grid.ts';
import { measureLuma } from '../../../../daemon/scan/gate/luma-grid.ts';
import { looks } from '../../../../daemon/scan/looks.ts';
import { gaussian, seededRandom } from '../../../../scripts/scene/random.ts';
import type { LumaPicture } from '../../../support/qr-picture.ts';
import { drawQr, flatPicture } from '../../../support/qr-picture.ts';

async function blurred({ luma, width, height }: LumaPicture, sigma: number): Promise<LumaPicture> {
  if (sigma < 0.3) return { luma, width, height };
  return { width, height, luma: await sharp(luma, { raw: { width, height, channels: 1 } }).blur({ sigma, precision: 'float' }).extractChannel(0).raw().toBuffer() };
}

function saysBlurred({ luma, width, height }: LumaPicture): boolean {
  const grid = newGrid();
  measureLuma(luma, width, height, grid);
  return isBlurred(grid);
}

/** Dark on the left, light on the right, with nothing in it. */
function slope(width: number, height: number, from: number, to: number): LumaPicture {
  return { width, height, luma: Uint8Array.from({ length: width * height }, (_, i) => from + ((to - from) * (i % width)) / width) };
}

const finder = await CodeFinder.open();

function isRead({ luma, width, height }: LumaPicture): boolean {
  finder.room(luma.length).set(luma);
  if (finder.find(width, height).length > 0) return true;
  return looks.some((_, look) => {
    finder.room(luma.length).set(luma);
    return finder.look(look, width, height).codes.length > 0;
  });
}

const codes: [string, string, number][] = [['the smallest', 'HELLO', 2], ['a small one', 'HELLO', 4], ['a door code', `PT1:${'7QRS'.repeat(40)}`, 4], ['one that fills the picture', 'HELLO', 12]];
const tones: [string, number, number, LumaPicture][] = [
  ['black on white', 10, 240, flatPicture(640, 360, 120)], ['pale', 110, 140, flatPicture(640, 360, 125)],
  ['dim, on a wall that is lit from one side', 100, 130, slope(640, 360, 20, 250)],
];
for (const [size, text, scale] of codes) {
  for (const [tone, dark, light, wall] of tones) {
    test(`no code that can be read in any way is called blurred: ${size}, ${tone}`, async () => {
      const picture = { ...wall, luma: wall.luma.slice() };
      await drawQr(picture, text, { scale, dark, light });
      let lost = 0;
      for (let share = 0; share <= 1.6 && lost < 2; share += 0.2) {
        const seen = await blurred(picture, share * scale);
        if (isRead(seen)) assert.not.ok(saysBlurred(seen), `blurred by ${share.toFixed(1)} modules`);
        else lost++;
      }
      assert.is(lost, 2, 'at last none of them can be read');
    });
  }
}

test('a hand on the lens and fog are blurred', () => {
  for (const [name, picture] of [['a hand', slope(640, 360, 5, 60)], ['fog', slope(1280, 720, 120, 230)]] as const) assert.ok(saysBlurred(picture), name);
});

test('a noisy picture of a hand on the lens is left to the decoder', () => {
  const picture = slope(640, 360, 5, 60);
  const random = seededRandom(2);
  assert.not.ok(saysBlurred({ ...picture, luma: picture.luma.map((value) => Math.max(0, value + gaussian(random) * 9)) }));
});

test('a JPEG of coarse steps is never called blurred, for it is all steps', () => {
  const { luma, width, height } = slope(640, 360, 5, 60);
  const grid = newGrid();
  measureLuma(luma, width, height, grid);
  assert.ok(isBlurred(grid));
  grid.step = 1.5;
  assert.not.ok(isBlurred(grid));
});

test.run();
