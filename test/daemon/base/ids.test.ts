import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ruuidOf, systemRandom, ulid, uuidBytes } from '../../../daemon/base/ids.ts';

const zeros = (length: number): Uint8Array => new Uint8Array(length);
const ones = (length: number): Uint8Array => new Uint8Array(length).fill(0xff);

test('a ULID: the time in its first ten characters, chance in the other sixteen', () => {
  assert.is(ulid(0, zeros), '00000000000000000000000000');
  // The time of the specification's example, https://github.com/ulid/spec.
  assert.is(ulid(1_469_918_176_385, zeros).slice(0, 10), '01ARYZ6S41');
  assert.is(ulid(2 ** 48 - 1, ones), '7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
});

test('every random bit has its place in a ULID', () => {
  const seen = new Set<string>();
  for (let bit = 0; bit < 80; bit++) {
    const bytes = new Uint8Array(10);
    bytes[bit >> 3] = 0x80 >> (bit & 7);
    seen.add(ulid(0, () => bytes));
  }
  assert.is(seen.size, 80);
});

test('ULIDs sort by time', () => {
  const times = [0, 1, 31, 32, 1_000, 1_772_442_000_000, 1_772_442_000_001, 2 ** 47];
  const ids = times.map((ms) => ulid(ms, ones));
  assert.equal([...ids].sort(), ids);
});

test('a clock before 1970 or between milliseconds still makes a ULID', () => {
  assert.is(ulid(-5, zeros), ulid(0, zeros));
  assert.is(ulid(12.9, zeros), ulid(12, zeros));
});

test('a UUID is read in both its forms, and written as 22 characters', () => {
  const bytes = uuidBytes('00112233-4455-6677-8899-AABBCCDDEEFF');
  assert.is(Buffer.from(bytes ?? []).toString('hex'), '00112233445566778899aabbccddeeff');
  assert.is(ruuidOf(bytes ?? zeros(0)), 'ABEiM0RVZneImaq7zN3u_w');
  assert.equal(uuidBytes('ABEiM0RVZneImaq7zN3u_w'), bytes);
});

test('the two forms of any 16 bytes come back as those bytes', () => {
  for (let n = 0; n < 200; n++) {
    const bytes = Buffer.from(systemRandom(16));
    const long = bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
    assert.equal(uuidBytes(ruuidOf(bytes)), bytes);
    assert.equal(uuidBytes(long), bytes);
  }
});

test('what is no UUID is none', () => {
  const none = [
    '', 'front door', 'ABEiM0RVZneImaq7zN3u_', 'ABEiM0RVZneImaq7zN3u_w=', 'ABEiM0RVZneImaq7zN3u+w', ' ABEiM0RVZneImaq7zN3u_w',
    '00112233445566778899aabbccddeeff', '00112233-4455-6677-8899-aabbccddeefg', '{00112233-4455-6677-8899-aabbccddeeff}', 'ABEiM0RVZneImaq7zN3u_w\n',
  ];
  for (const text of none) assert.is(uuidBytes(text), undefined, JSON.stringify(text));
});

test('22 characters whose last one has bits over stand for no 16 bytes, so that each door has one name', () => {
  assert.is(uuidBytes('ABEiM0RVZneImaq7zN3u_x'), undefined);
});

test.run();
