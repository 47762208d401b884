import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benchDecodes } from '../../scripts/bench-decodes.ts';

// What a few hundred pictures leave behind says nothing of the long run: what counts is that they are read, and measured.
test('a decoder\'s memory is measured over luma and over JPEGs, most of them with a code that is read', async () => {
  const rows = await benchDecodes(200);
  assert.is(rows.length, 10);
  for (const { name, value } of rows) assert.ok(Number.isFinite(value), name);
  const read = rows.filter(({ name }) => name.includes('is read')).map(({ value }) => value);
  assert.ok(read.length === 2 && read.every((percent) => percent > 50), read.join());
  assert.equal(rows.filter(({ name }) => name.includes('lost')).map(({ value }) => value), [0, 0]);
});

test.run();
