import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rotatingKey, stepCodeOf, stepOf } from '../../../daemon/base/step-code.ts';
import { digitsOf, hex } from '../../support/hex.ts';
import { refuses } from '../../support/refusal.ts';

const rfcKey = Buffer.from('12345678901234567890123456789012');
// RFC 6238 appendix B, mode SHA256; its steps are of 30 s, so T stands here as the table has it.
const rfcTable: [t: number, code: string][] = [
  [0x1, '46119246'],
  [0x23523ec, '68084774'],
  [0x23523ed, '67062674'],
  [0x273ef07, '91819424'],
  [0x3f940aa, '90698825'],
  [0x27bc86aa, '77737706'],
];
for (const [t, code] of rfcTable) {
  test(`step code: RFC 6238 appendix B, T = ${t.toString(16)}`, () => assert.is(stepCodeOf(rfcKey, t), code));
}

test('step code: always eight digits, leading zeros included', () => {
  const codes = Array.from({ length: 500 }, (_, step) => stepCodeOf(rfcKey, step));
  assert.ok(codes.every((code) => /^[0-9]{8}$/.test(code)));
  assert.ok(codes.some((code) => code.startsWith('0')));
});

const steps: [what: string, wallMs: number, step: number][] = [
  ['the epoch', 0, 0],
  ['the last moment of the first step', 14_999, 0],
  ['the first moment of the second', 15_000, 1],
  ['a moment between milliseconds', 14_999.9, 0],
  ['2026-03-02T09:00:00Z', Date.parse('2026-03-02T09:00:00Z'), 118_162_800],
];
for (const [what, wallMs, step] of steps) {
  test(`step code: ${what} is in step ${step}`, () => assert.is(stepOf(wallMs), step));
}

test('step code: the key of a token is HMAC-SHA-256 of its id under the zone master', () => {
  const master = Uint8Array.from({ length: 32 }, (_, i) => i);
  const id = Uint8Array.from({ length: 16 }, (_, i) => i);
  assert.is(digitsOf(rotatingKey(master, id)), 'd8b99f2709a3ca74172cbe93824c1f29b23a0c1e9c21bd851ff2d2c39dbef14e');
});

for (const length of [0, 16, 31, 33]) {
  test(`step code: a zone master of ${length} bytes is refused`, () => refuses(() => rotatingKey(new Uint8Array(length), hex('00')), 'zone-master-bad'));
}

test.run();
