import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isDull } from '../../../../daemon/scan/gate/dullness.ts';
import { isStale } from '../../../../daemon/scan/staleness.ts';
import { flatPicture, qrPicture } from '../../../support/qr-picture.ts';

const dullPictures: [string, number][] = [['black', 0], ['nearly black', 3], ['flat grey', 120], ['blown out', 255]];
for (const [name, value] of dullPictures) {
  test(`a ${name} picture is dull`, () => {
    const { luma, width, height } = flatPicture(1280, 720, value);
    assert.ok(isDull(luma, width, height));
  });
}

test('the grain of a sensor in the dark is dull', () => {
  const { luma, width, height } = flatPicture(1280, 720, 4);
  luma.forEach((_, i) => { luma[i] = 4 + (i * 7919) % 7; });
  assert.ok(isDull(luma, width, height));
});

const readable: [string, Parameters<typeof qrPicture>[1]][] = [
  ['a dim code on a dark screen', { dark: 0, light: 16, around: 0 }],
  ['a dim code in front of a dark wall', { dark: 2, light: 20, around: 8 }],
  ['a code washed out by the sun', { dark: 238, light: 255, around: 255 }],
  ['a faded print on a grey wall', { dark: 120, light: 136, around: 130 }],
  ['the smallest code that can be read', { scale: 2, around: 0, light: 16 }],
];
for (const [name, options] of readable) {
  test(`${name} is not dull`, async () => {
    const { luma, width, height } = await qrPicture('HELLO', options);
    assert.not.ok(isDull(luma, width, height));
  });
}

test('the smallest code is not dull wherever it stands in the picture', async () => {
  for (const offset of [0, 1, 2, 3, 5, 7]) {
    for (const at of [{ x: 10 + offset, y: 10 }, { x: 10, y: 10 + offset }, { x: 590 + offset, y: 420 + offset }]) {
      const { luma, width, height } = await qrPicture('HELLO', { scale: 2, around: 16, light: 16, at });
      assert.not.ok(isDull(luma, width, height), `at ${at.x},${at.y}`);
    }
  }
});

test('a picture of one pixel is dull, not an error', () => {
  assert.ok(isDull(new Uint8Array(1), 1, 1));
});

test('[S4] a frame that arrived longer ago than allowed is stale', () => {
  const frame = { arrivedMs: 1000 };
  assert.not.ok(isStale(frame, 1000, 300));
  assert.not.ok(isStale(frame, 1300, 300));
  assert.ok(isStale(frame, 1301, 300));
});

test.run();
