import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FrameRate } from '../../../daemon/scan/frame-rate.ts';

/** What is said once frames have come so far apart for so long. */
function said(everyMs: number, forMs: number, rate = new FrameRate(), fromMs = 0): string {
  let text = '';
  for (let nowMs = fromMs; nowMs <= fromMs + forMs; nowMs += everyMs) text = rate.see(nowMs);
  return text;
}

test('frames are counted over ten seconds, and nothing is said before', () => {
  assert.is(said(66.7, 9_900), '');
  for (const [everyMs, text] of [[66.7, '15 pictures a second.'], [33.3, '30 pictures a second.'], [1_000, 'One picture a second or less.'], [4_000, 'One picture a second or less.']] as const) {
    assert.is(said(everyMs, 12_000), text);
  }
});

test('a camera that falters by a twentieth is said to be the same, so that nobody is told again and again', () => {
  const rate = new FrameRate();
  const texts = [66.7, 65, 68, 66, 67.5].map((everyMs, i) => said(everyMs, 12_000, rate, i * 20_000));
  assert.equal([...new Set(texts)], ['15 pictures a second.']);
});

test('one that slows down is told, and after a pause it is counted anew', () => {
  const rate = new FrameRate();
  assert.is(said(66.7, 12_000, rate), '15 pictures a second.');
  assert.is(said(200, 30_000, rate, 12_000), '5 pictures a second.');
  rate.pause();
  assert.is(said(66.7, 9_000, rate, 100_000), '');
});

test.run();
