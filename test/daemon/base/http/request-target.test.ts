import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { ApiError } from '../../../../daemon/base/http/api-error.ts';
import { readQuery, targetOf } from '../../../../daemon/base/http/request-target.ts';

const schema = z.strictObject({ door: z.string().optional(), limit: z.coerce.number().int().max(100).optional(), type: z.array(z.enum(['a', 'b'])).optional() });

test('a path is taken as it is sent, and what follows its "?" apart', () => {
  const cases: [target: string, path: string, query: string][] = [
    ['/a', '/a', ''], ['/a?', '/a', ''], ['/a?b=c', '/a', 'b=c'], ['/a?b=?', '/a', 'b=%3F'], ['/a/../b', '/a/../b', ''], ['/%2e', '/%2e', ''], ['//a', '//a', ''],
    ['http://x/a?b=c', '/a', 'b=c'], ['HTTPS://x:1/a', '/a', ''], ['http://x', '', ''], ['http://x?b=c', '', 'b=c'], ['http://[', '', ''], ['ftp://x/a', 'ftp://x/a', ''], ['*', '*', ''], ['', '', ''],
  ];
  for (const [target, path, query] of cases) {
    const read = targetOf(target);
    assert.is(read.path, path, target);
    assert.is(read.query.toString(), query, target);
  }
  assert.throws(() => targetOf(`/${'a'.repeat(2_048)}`), (thrown: unknown) => thrown instanceof ApiError && thrown.status === 414);
});

test('a query is read by its schema, a list from a name that is repeated', () => {
  const cases: [query: string, expected: unknown][] = [
    ['', {}], ['door=x', { door: 'x' }], ['door=', { door: '' }], ['limit=7', { limit: 7 }], ['type=a', { type: ['a'] }], ['type=a&type=b&door=x', { type: ['a', 'b'], door: 'x' }], ['door=%41+b', { door: 'A b' }],
  ];
  for (const [query, expected] of cases) assert.equal(readQuery(new URLSearchParams(query), schema), expected, query);
  assert.is(readQuery(new URLSearchParams(''), undefined), undefined);
});

test('a query with what is unknown, repeated or not right is refused with the name of it', () => {
  const cases: [query: string, says: RegExp][] = [
    ['dor=x', /"dor".*door, limit, type/], ['door=x&door=x', /"door" twice/], ['limit=x', /limit/], ['limit=101', /limit/], ['type=c', /type/], ['__proto__=x', /"__proto__"/], ['constructor=x', /"constructor"/], ['DOOR=x', /"DOOR"/],
  ];
  for (const [query, says] of cases) {
    assert.throws(() => readQuery(new URLSearchParams(query), schema), (thrown: unknown) => thrown instanceof ApiError && thrown.status === 400 && thrown.code === 'query-bad' && says.test(thrown.message), query);
  }
  assert.throws(() => readQuery(new URLSearchParams('a=b'), undefined), (thrown: unknown) => thrown instanceof ApiError && thrown.code === 'query-bad');
});

test.run();
