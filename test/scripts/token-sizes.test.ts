import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sizeTable, sizeTableInSource, tokenSizes } from '../../scripts/token-sizes.ts';

const sizes = await tokenSizes();

/** Characters that a QR code of that version holds at level M in alphanumeric mode (ISO/IEC 18004, table 7). */
const capacityAtM: Record<number, number> = { 7: 178, 8: 221, 9: 262, 10: 311, 11: 366, 12: 419, 13: 483 };

test('token sizes: the table in the source is what signing and encoding come to', () => {
  assert.is(sizeTableInSource(), sizeTable(sizes), 'write it with: node .build/scripts/token-sizes.js --write');
});

test('token sizes: the QR version the writer chose is the smallest of the standard\'s table', () => {
  for (const { about, characters, version, modules } of sizes) {
    assert.is(modules, 17 + 4 * version, about);
    assert.ok(characters <= (capacityAtM[version] as number), about);
    assert.ok(characters > (capacityAtM[version - 1] as number), about);
  }
});

test('token sizes: one door, plain, is 198 characters in version 8', () => {
  const plain = sizes.find((size) => size.about === 'one door, plain');
  assert.equal(plain, { about: 'one door, plain', bytes: 129, characters: 198, version: 8, modules: 49 });
});

test('token sizes: every option with the step code, for one door and for two, stays within version 10', () => {
  const full = sizes.filter((size) => /^(one|two) doors?, every option/.test(size.about));
  assert.is(full.length, 3);
  assert.ok(full.every((size) => size.version <= 10));
});

test.run();
