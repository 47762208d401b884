import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalJson } from '../../../daemon/base/canonical-json.ts';

test('members are sorted by UTF-16 code units, as in the example of RFC 8785 §3.2.3', () => {
  const value = { '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew Letter Dalet With Dagesh', '1': 'One', '\ud83d\ude00': 'Emoji: Grinning Face', '\u0080': 'Control', '\u00f6': 'Latin Small Letter O With Diaeresis' };
  const order = Object.values(JSON.parse(canonicalJson(value).replaceAll('"1"', '"x1"')) as object);
  assert.equal(order, ['Carriage Return', 'One', 'Control', 'Latin Small Letter O With Diaeresis', 'Euro Sign', 'Emoji: Grinning Face', 'Hebrew Letter Dalet With Dagesh']);
});

test('literals, numbers and strings are written as in the example of RFC 8785 §3.2.2', () => {
  const value = { numbers: [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001], string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\\"\/', literals: [null, true, false] };
  assert.is(canonicalJson(value), '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
});

test('the same facts in another order are the same text', () => {
  assert.is(canonicalJson({ b: { d: 1, c: [2] }, a: undefined }), canonicalJson({ b: { c: [2], d: 1 } }));
});

for (const bad of [Number.NaN, Infinity, 1n, () => 0, Symbol('x')]) {
  test(`${String(bad)} is refused, at any depth`, () => {
    assert.throws(() => canonicalJson({ a: [bad] }), TypeError);
  });
}

test.run();
