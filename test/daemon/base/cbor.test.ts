import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from '../../../daemon/base/cbor.ts';
import { digitsOf, hex } from '../../support/hex.ts';
import { refuses } from '../../support/refusal.ts';

const examples: [source: string, digits: string, value: CborValue][] = [
  ['RFC 8949 A: 0', '00', 0],
  ['RFC 8949 A: 23', '17', 23],
  ['RFC 8949 A: 24', '1818', 24],
  ['RFC 8949 A: 100', '1864', 100],
  ['RFC 8949 A: 1000', '1903e8', 1000],
  ['RFC 8949 A: 1000000', '1a000f4240', 1000000],
  ['RFC 8949 A: 1000000000000', '1b000000e8d4a51000', 1000000000000],
  ['RFC 8949 A: -1', '20', -1],
  ['RFC 8949 A: -1000', '3903e7', -1000],
  ['RFC 8949 A: false', 'f4', false],
  ['RFC 8949 A: true', 'f5', true],
  ['RFC 8949 A: empty byte string', '40', hex('')],
  ['RFC 8949 A: h\'01020304\'', '4401020304', hex('01020304')],
  ['RFC 8949 A: "IETF"', '6449455446', 'IETF'],
  ['RFC 8949 A: "ü"', '62c3bc', 'ü'],
  ['RFC 8949 A: [1, [2, 3], [4, 5]]', '8301820203820405', [1, [2, 3], [4, 5]]],
  ['RFC 8949 A: 25 numbers', '98190102030405060708090a0b0c0d0e0f101112131415161718181819', Array.from({ length: 25 }, (_, i) => i + 1)],
  ['RFC 8949 A: {}', 'a0', new Map()],
  ['RFC 8949 A: {1: 2, 3: 4}', 'a201020304', new Map([[1, 2], [3, 4]])],
  ['RFC 8949 A: {"a": 1, "b": [2, 3]}', 'a26161016162820203', new Map<string, CborValue>([['a', 1], ['b', [2, 3]]])],
  ['the largest integer', '1b001fffffffffffff', Number.MAX_SAFE_INTEGER],
  ['the smallest integer', '3b001ffffffffffffe', Number.MIN_SAFE_INTEGER],
  // RFC 8949 §4.2.1: 24 (18 18) before -1 (20); by length, as older canonical CBOR had it, it would come after.
  ['keys in bytewise order', 'a21818012001', new Map([[24, 1], [-1, 1]])],
];
for (const [source, digits, value] of examples) {
  test(`cbor: ${source}, both ways`, () => {
    assert.is(digitsOf(encodeCbor(value)), digits);
    assert.equal(decodeCbor(hex(digits)), value);
  });
}

test('cbor: the claims set of RFC 8392 A.1, both ways', () => {
  const digits = 'a70175636f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818636f61703a2f2f6c696768742e6578616d706c652e636f6d'
    + '041a5612aeb0051a5610d9f0061a5610d9f007420b71';
  const claims: CborMap = new Map<number, CborValue>([
    [1, 'coap://as.example.com'], [2, 'erikw'], [3, 'coap://light.example.com'],
    [4, 1444064944], [5, 1443944944], [6, 1443944944], [7, hex('0b71')],
  ]);
  assert.is(digitsOf(encodeCbor(claims)), digits);
  assert.equal(decodeCbor(hex(digits)), claims);
});

const refused: [what: string, digits: string][] = [
  ['nothing at all', ''],
  ['a second value behind the first', '0000'],
  ['0 in two bytes', '1800'],
  ['23 in two bytes', '1817'],
  ['255 in three bytes', '1900ff'],
  ['65535 in five bytes', '1a0000ffff'],
  ['2^32 - 1 in nine bytes', '1b00000000ffffffff'],
  ['-1 in two bytes', '3800'],
  ['a byte string with a long length', '580101'],
  ['a text with a long length', '780161'],
  ['an array with a long length', '980101'],
  ['a map with a long length', 'b8010101'],
  ['2^53', '1b0020000000000000'],
  ['2^64 - 1', '1bffffffffffffffff'],
  ['-2^53', '3b001fffffffffffff'],
  ['-2^64', '3bffffffffffffffff'],
  ['a byte string of indefinite length', '5f4101ff'],
  ['a text of indefinite length', '7f6161ff'],
  ['an array of indefinite length', '9f01ff'],
  ['a map of indefinite length', 'bf0101ff'],
  ['a break by itself', 'ff'],
  ['a break within an array', '81ff'],
  ['a tagged value', 'c11a514b67b0'],
  ['a tagged COSE_Sign1', 'd2844040a04040'],
  ['0.0 as a half', 'f90000'],
  ['1.0 as a half', 'f93c00'],
  ['1.5 as a half', 'f93e00'],
  ['100000.0 as a single', 'fa47c35000'],
  ['1.1 as a double', 'fb3ff199999999999a'],
  ['infinity', 'f97c00'],
  ['not a number', 'f97e00'],
  ['null', 'f6'],
  ['undefined', 'f7'],
  ['an unassigned simple value', 'f0'],
  ['a simple value in two bytes', 'f8ff'],
  ['false in two bytes', 'f814'],
  ['a reserved length', '1c'],
  ['a reserved length of a byte string', '5d'],
  ['the same integer key twice', 'a201010102'],
  ['the same text key twice', 'a2616101616102'],
  ['keys out of order', 'a202010101'],
  ['keys in the order of their lengths', 'a22001181801'],
  ['a byte string as a key', 'a1410101'],
  ['the same byte string as a key twice', 'a241010141 0102'],
  ['an array as a key', 'a18001'],
  ['a map as a key', 'a1a001'],
  ['true as a key', 'a1f501'],
  ['a float as a key', 'a1f93c0001'],
  ['a text that is no UTF-8', '61ff'],
  ['a text with an overlong character', '62c080'],
  ['a text with half a surrogate pair', '63eda080'],
  ['a text that is a byte order mark', '63efbbbf'],
  ['an integer cut off', '19ff'],
  ['a byte string cut off', '420a'],
  ['a text cut off', '6261'],
  ['an array cut off', '8201'],
  ['a map without its last value', 'a101'],
  ['an array of 2^32 - 1', '9affffffff'],
  ['an array of 2^64 - 1', '9bffffffffffffffff'],
  ['a map of 2^32 - 1', 'baffffffff'],
  ['a byte string of 2^32 - 1', '5affffffff'],
  ['a byte string of 2^64 - 1', '5bffffffffffffffff'],
  ['null within an array within a map', 'a10181f6'],
  ['arrays in arrays, 257 deep', `${'81'.repeat(256)}80`],
  ['arrays in arrays, 100,000 deep', `${'81'.repeat(100_000)}80`],
  ['an array of 256 empty maps', `990100${'a0'.repeat(256)}`],
];
for (const [what, digits] of refused) {
  test(`cbor: ${what} is refused`, () => refuses(() => decodeCbor(hex(digits)), 'cbor-malformed'));
}

test('cbor: arrays in arrays are read 256 deep', () => {
  assert.type(decodeCbor(hex(`${'81'.repeat(255)}80`)), 'object');
});

test('cbor: what is read from a Buffer does not share its memory', () => {
  const bytes = Buffer.from(hex('4401020304'));
  const read = decodeCbor(bytes);
  bytes.fill(0);
  assert.equal(Buffer.from(read as Uint8Array), Buffer.from(hex('01020304')));
});

const unwritable: [what: string, value: unknown][] = [
  ['a fraction', 1.5], ['2^53', 2 ** 53], ['not a number', NaN], ['null', null], ['undefined', [undefined]],
  ['a plain object', { a: 1 }], ['a big integer', 1n], ['a map with a map as key', new Map([[new Map(), 1]])], ['a date', new Date(0)],
];
for (const [what, value] of unwritable) {
  test(`cbor: ${what} is not written`, () => refuses(() => encodeCbor(value as CborValue), 'cbor-malformed'));
}

test.run();
