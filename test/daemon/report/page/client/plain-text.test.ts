import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ceiling } from '../../../../../daemon/report/page/client/chart-scale.ts';
import { plainText } from '../../../../../daemon/report/page/client/plain-text.ts';

test('a name is clipped, by characters and not by halves of them', () => {
  assert.is(plainText('Front door'), 'Front door');
  assert.is(plainText('x'.repeat(10_000)).length, 201);
  assert.is(plainText('🚪'.repeat(300), 3), '🚪🚪🚪…');
  assert.is(plainText('🚪🚪🚪', 3), '🚪🚪🚪');
});

test('control characters and what turns the direction of writing are shown as a mark', () => {
  assert.is(plainText('a\u0000b\u001b[31mc\u202ed\u2066e\u2028f\u0085g'), 'a\ufffdb\ufffd[31mc\ufffdd\ufffde\ufffdf\ufffdg');
  assert.is(plainText('<img src=x onerror=alert(1)>'), '<img src=x onerror=alert(1)>', 'markup is text where it is set as text');
});

test('a chart ends at a round number, half of which is a whole one', () => {
  assert.equal([1, 2, 3, 5, 7, 9, 10, 11, 13, 106, 121, 999, 1_000_000].map(ceiling), [2, 2, 4, 6, 8, 10, 10, 12, 16, 120, 160, 1_000, 1_000_000]);
});

test.run();
