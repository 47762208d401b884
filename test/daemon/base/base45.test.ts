import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeBase45, encodeBase45 } from '../../../daemon/base/base45.ts';
import { digitsOf, hex } from '../../support/hex.ts';
import { refuses } from '../../support/refusal.ts';

const examples: [source: string, bytes: Uint8Array, text: string][] = [
  ['RFC 9285 §4.3 example 1', Buffer.from('AB'), 'BB8'],
  ['RFC 9285 §4.3 example 2', Buffer.from('Hello!!'), '%69 VD92EX0'],
  ['RFC 9285 §4.3 example 3', Buffer.from('base-45'), 'UJCLQE7W581'],
  ['RFC 9285 §4.4 example', Buffer.from('ietf!'), 'QED8WEX0'],
  ['nothing', hex(''), ''],
  ['the largest byte', hex('ff'), 'U5'],
  ['the largest pair', hex('ffff'), 'FGW'],
  ['leading zeros are kept', hex('000001'), '00010'],
];
for (const [source, bytes, text] of examples) {
  test(`base45: ${source}, both ways`, () => {
    assert.is(encodeBase45(bytes), text);
    assert.equal(Buffer.from(decodeBase45(text)), Buffer.from(bytes));
  });
}

const refused: [what: string, text: string, says: RegExp][] = [
  ['a lone character', 'A', /lone/],
  ['a length of three and one', 'BB8B', /lone/],
  ['three characters for 65536', 'GGW', /too large/],
  ['the largest three characters', ':::', /too large/],
  ['two characters for 256', 'V5', /too large/],
  ['a good group and then a large one', 'BB8:::', /too large/],
  ['lower case', 'bb8', /alphabet/],
  ['a line break', 'BB8\nB', /alphabet/],
  ['a character outside the alphabet', 'B_8', /alphabet/],
  ['a letter beyond ASCII that looks like one within', 'ВВ8', /alphabet/],
  ['a null character', 'BB\0', /alphabet/],
];
for (const [what, text, says] of refused) {
  test(`base45: ${what} is refused`, () => refuses(() => decodeBase45(text), 'base45-malformed', says));
}

test('base45: every byte and every pair of bytes comes back', () => {
  for (let value = 0; value < 0x10000; value++) {
    const pair = Uint8Array.of(value >> 8, value & 0xff);
    const back = decodeBase45(encodeBase45(pair));
    if (back.length !== 2 || back[0] !== pair[0] || back[1] !== pair[1]) assert.unreachable(`pair ${value}`);
    const byte = Uint8Array.of(value & 0xff);
    if (decodeBase45(encodeBase45(byte))[0] !== byte[0]) assert.unreachable(`byte ${value & 0xff}`);
  }
});

test('base45: no two texts of three characters stand for the same bytes', () => {
  const seen = new Set<string>();
  for (const text of threeCharacters()) {
    try {
      seen.add(digitsOf(decodeBase45(text)));
    } catch {
      continue;
    }
  }
  assert.is(seen.size, 0x10000);
});

function* threeCharacters(): Generator<string> {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
  for (const a of alphabet) for (const b of alphabet) for (const c of alphabet) yield a + b + c;
}

test.run();
