import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiError } from '../../../../daemon/base/http/api-error.ts';
import { MOST_NESTED, strictJson } from '../../../../daemon/base/http/strict-json.ts';

const read = (text: string): unknown => strictJson(Buffer.from(text));

function refused(text: string | Uint8Array, code: string, says: RegExp = /./): void {
  try {
    strictJson(Buffer.from(text));
  } catch (thrown) {
    assert.instance(thrown, ApiError);
    assert.is((thrown as ApiError).status, 400);
    assert.is((thrown as ApiError).code, code, (thrown as ApiError).message);
    assert.match((thrown as ApiError).message, says);
    return;
  }
  assert.unreachable(`${code} was expected for ${String(text).slice(0, 60)}`);
}

test('what has one meaning is read as JSON.parse reads it', () => {
  const texts = [
    '{}', '[]', '0', '"a"', 'null', ' { "a" : [ 1 , { "a" : 2 } ] } ', '{"a":{"a":{"a":1}},"b":{"a":1}}', '[{"a":1},{"a":1}]', '{"a":"a","b":"a"}', '{"":1," ":2}',
    String.raw`{"a\"b":1,"a\\":2,"\\\"":3,"a":"\"a\":1,\"a\":2"}`, String.raw`{"a":"{[\"a\":1","b":"\\"}`, '{"\\u0061":1,"b":2}', '{"é":1,"e\u0301":2}', '{"__proto__":1}', '{"a"\n\t\r :1}', '["a","a","a"]',
    '{"toString":1,"constructor":2}',
  ];
  for (const text of texts) assert.equal(read(text), JSON.parse(text), text);
});

test('a name twice in one object is refused and named, however it is written and wherever it stands', () => {
  refused('{"a":1,"a":1}', 'duplicate-key', /"a"/);
  refused('{"a":1,"\\u0061":2}', 'duplicate-key', /"a"/);
  refused('{"\\u0061":1,"\\u0061":2}', 'duplicate-key', /"a"/);
  refused('{"\\/":1,"/":2}', 'duplicate-key', /"\/"/);
  refused('{"":1,"":2}', 'duplicate-key', /""/);
  refused('{"__proto__":1,"__proto__":2}', 'duplicate-key', /"__proto__"/);
  refused('{"a":{"b":[{"c":1,"d":{},"c":2}]}}', 'duplicate-key', /"c"/);
  refused('{"a":{"a":1},"b":[],"a":2}', 'duplicate-key', /"a"/);
  refused(String.raw`{"x":"\\","a":1,"a" :2}`, 'duplicate-key', /"a"/);
  refused(`{"${'x'.repeat(1000)}":1,"${'x'.repeat(1000)}":1}`, 'duplicate-key', /"x{64}"/);
});

test('nesting is read to its limit and refused beyond, whatever is nested', () => {
  const nested = (levels: number, open: string, close: string, innermost: string): string => open.repeat(levels) + innermost + close.repeat(levels);
  read(nested(MOST_NESTED, '[', ']', ''));
  read(nested(MOST_NESTED, '{"a":', '}', '1'));
  read(`[${Array.from({ length: 100 }, () => nested(MOST_NESTED - 1, '[', ']', '')).join(',')}]`);
  refused(nested(MOST_NESTED + 1, '[', ']', ''), 'too-deep');
  refused(nested(MOST_NESTED + 1, '{"a":', '}', '1'), 'too-deep');
  read(JSON.stringify('['.repeat(1000)));
});

test('what is no JSON is refused, with the place where it stops being some', () => {
  refused('{"a":1,}', 'not-json', /character 8 may not stand there/);
  refused('{"a":', 'not-json', /ends too early/);
  refused('"abc', 'not-json', /ends too early/);
  for (const text of ['', ' ', 'undefined', '{a:1}', '{\'a\':1}', '01', '+1', '.5', '1.', 'NaN', '[1 2]', '{"a" 1}', '"\n"', '"\\x"', '{"a":1}}', '\u00a0{}', 'TRUE']) refused(text, 'not-json');
});

test('bytes that are not UTF-8 are refused, and a byte order mark is passed over', () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) refused(Uint8Array.from([0x22, ...bytes, 0x22]), 'not-utf-8');
  refused(Uint8Array.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]), 'not-utf-8');
  assert.equal(strictJson(Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])), {});
  assert.is(read('"\u{1f511}"'), '\u{1f511}');
});

test('of arbitrary objects none is refused, and each is once a field of it is said again', () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const names = ['a', 'b"', '\\', '{', '}', ':', '"', '\u0001', 'é', '[', ',', ''];
  const arbitrary = (depth: number): unknown => {
    const kind = depth === 0 ? random(3) : random(5);
    if (kind === 0) return random(1000) / 8;
    if (kind === 1) return names[random(names.length)];
    if (kind === 2) return null;
    if (kind === 3) return Array.from({ length: random(4) }, () => arbitrary(depth - 1));
    return Object.fromEntries(Array.from({ length: random(5) }, () => [names[random(names.length)], arbitrary(depth - 1)]));
  };
  for (let i = 0; i < 500; i++) {
    const value = { first: arbitrary(4), last: arbitrary(4) };
    const text = JSON.stringify(value, null, random(2));
    assert.equal(read(text), value);
    refused(text.replace(/\}$/, ',"first":0}'), 'duplicate-key', /"first"/);
  }
});

test.run();
