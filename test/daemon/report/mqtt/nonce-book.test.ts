import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NonceBook } from '../../../../daemon/report/mqtt/nonce-book.ts';
import { MemoryState } from '../../../support/memory-state.ts';

test('[S9] a thousand commands within a minute are remembered, the next is refused until the first are too old to be sent again', async () => {
  const state = new MemoryState();
  const book = new NonceBook(state);
  for (let i = 0; i < 1_000; i++) assert.is(await book.use(`nonce ${i}`, 1_000_000 + i), undefined);
  assert.is(await book.use('one too many', 1_001_000), 'too-many');
  assert.is(await new NonceBook(state).use('nonce 7', 1_000_007), 'replayed', 'by what was written down');
  assert.is(await book.use('a minute later', 1_060_500), undefined);
});

test.run();
