import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UNKNOWN, alignmentCentres, knownModules } from '../../../daemon/scan/grid/function-patterns.ts';
import { qrSymbol } from '../../../scripts/scene/qr-symbol.ts';

/** Rows of annex E of ISO/IEC 18004, among them the odd one of version 32. */
const annexE: [number, number[]][] = [
  [1, []], [2, [6, 18]], [6, [6, 34]], [7, [6, 22, 38]], [14, [6, 26, 46, 66]], [15, [6, 26, 48, 70]], [16, [6, 26, 50, 74]],
  [22, [6, 26, 50, 74, 98]], [28, [6, 26, 50, 74, 98, 122]], [31, [6, 30, 56, 82, 108, 134]], [32, [6, 34, 60, 86, 112, 138]],
  [36, [6, 24, 50, 76, 102, 128, 154]], [39, [6, 26, 54, 82, 110, 138, 166]], [40, [6, 30, 58, 86, 114, 142, 170]],
];

for (const [version, centres] of annexE) {
  test(`alignment patterns of version ${version} are where the standard puts them`, () => {
    assert.equal(alignmentCentres(17 + 4 * version), centres);
  });
}

test('an independent writer draws every known module alike, in symbols of every size', async () => {
  const sizes = new Set<number>();
  for (let length = 1; length < 3_300; length = Math.ceil(length * 1.04) + 1) {
    const { size, dark } = await qrSymbol('A1'.repeat(length).slice(0, length));
    if (sizes.has(size)) continue;
    sizes.add(size);
    knownModules(size).forEach((must, i) => {
      if (must !== UNKNOWN) assert.is(dark[i], must, `size ${size}, row ${Math.floor(i / size)}, column ${i % size}`);
    });
  }
  assert.ok(sizes.size >= 38, `${sizes.size} sizes`);
});

test.run();
