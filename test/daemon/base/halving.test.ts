import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { halved, halvedPixels } from '../../../daemon/base/halving.ts';
import type { Pixels } from '../../../daemon/base/pixels.ts';

/** Each channel another pattern, so that one taken for another shows. */
function rgb(width: number, height: number): Pixels {
  return { data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37 + (i % 3) * 91) & 255), width, height, channels: 3 };
}

function channel({ data, width, height }: Pixels, which: number): { data: Uint8Array; width: number; height: number } {
  return { data: data.filter((_, i) => i % 3 === which), width, height };
}

for (const [width, height] of [[8, 6], [9, 7], [2, 2]] as const) {
  for (const times of [1, 2]) {
    test(`${width} × ${height} in colour, ${times} times halved, is each of its channels so halved`, () => {
      const picture = rgb(width, height);
      const small = halvedPixels(picture, times) as Pixels;
      for (const which of [0, 1, 2]) assert.equal(channel(small, which), halved(channel(picture, which), times));
    });
  }
}

test('the memory is another one, halved or not, in grey or colour', () => {
  const picture = rgb(4, 2);
  for (const [pixels, times] of [[picture, 0], [picture, 1], [{ ...picture, channels: 1 }, 0], [{ ...picture, channels: 1 }, 1]] as const) {
    const small = halvedPixels({ ...pixels, data: pixels.data.subarray(0, 8 * pixels.channels) }, times);
    assert.is(small?.data.length, (8 * pixels.channels) / 4 ** times);
    assert.is.not(small?.data.buffer, picture.data.buffer);
  }
});

test('pixels with alpha are left to others', () => {
  for (const channels of [2, 4]) assert.is(halvedPixels({ data: new Uint8Array(64), width: 4, height: 4, channels }, 1), undefined);
});

test.run();
