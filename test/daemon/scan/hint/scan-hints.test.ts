import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import type { CodeSeen, Frame, Located, Quad } from '../../../../daemon/base/frame.ts';
import type { HintReason } from '../../../../daemon/base/scan-hint.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { ScanHints } from '../../../../daemon/scan/hint/scan-hints.ts';
import type { UnreadShowing } from '../../../../daemon/scan/hint/scan-hints.ts';
import type { Unread } from '../../../../daemon/scan/hint/scan-hint.ts';

function square(left: number): Quad {
  return [{ x: left, y: 50 }, { x: left + 80, y: 50 }, { x: left + 80, y: 130 }, { x: left, y: 130 }];
}

const located = (left = 100, changes: Partial<Located> = {}): Located => ({ quad: square(left), modulePx: 1.6, contrast: 200, light: 230, sharpness: 0.7, cutOff: false, ...changes });
const read: Unread = { codes: [{ text: 'x', quad: square(100) } as CodeSeen], located: [] };
const far: Unread = { codes: [], located: [located()] };
const farGlimpsed: Unread = { codes: [], located: [], glimpsed: located() };
const nothing: Unread = { codes: [], located: [] };

class Situation {
  readonly clock = new VirtualClock();
  readonly shown: (HintReason | undefined)[] = [];
  readonly unread: UnreadShowing[] = [];
  readonly lines: string[] = [];
  readonly hints = new ScanHints({
    clock: this.clock, onHint: (reason) => this.shown.push(reason), onUnread: (showing) => this.unread.push(showing),
    log: { ...silentLogger, info: (line) => this.lines.push(line) },
  });
  #seq = 0;

  /** Ten frames a second that each show this. */
  see(seen: Unread, forMs: number, frame: Partial<Frame> = {}): void {
    for (let ms = 0; ms < forMs; ms += 100) {
      this.hints.see({ seq: ++this.#seq, arrivedMs: this.clock.monotonicMs(), width: 640, height: 480, luma: new Uint8Array(0), ...frame }, seen);
      this.clock.advance(100);
    }
  }
}

test('a code too far away: one hint while it is shown, none when it is gone, and one event of it', () => {
  const it = new Situation();
  it.see(far, 2_000);
  assert.equal(it.hints.current, { reason: 'come-closer', sinceMs: Date.parse('2026-03-02T09:00:00.200Z') });
  it.see(nothing, 3_000);
  assert.equal(it.shown, ['come-closer', undefined]);
  assert.is(it.hints.current, undefined);
  assert.equal(it.unread.map(({ reason, forMs, frame, quads }) => [reason, forMs, frame.seq, quads]), [['come-closer', 1_900, 20, [square(100)]]]);
});

test('a code that is read after all: the hint goes at once, and nobody was turned away', () => {
  const it = new Situation();
  it.see(far, 1_000);
  it.see(read, 100);
  assert.equal(it.shown, ['come-closer', undefined]);
  it.see(nothing, 5_000);
  assert.equal(it.unread, []);
});

test('a code that is taken away after it was read is not told to hold still', () => {
  const it = new Situation();
  it.see(read, 500);
  it.see({ codes: [], located: [located(100, { modulePx: 4, sharpness: 0.1 })] }, 2_500);
  it.see(nothing, 5_000);
  assert.equal([it.shown, it.unread], [[], []]);
});

test('a code that flashes by is neither a hint nor an event, and does not lengthen the next one\'s', () => {
  const it = new Situation();
  it.see(far, 200);
  it.see(nothing, 5_000);
  assert.equal([it.shown, it.unread], [[], []]);
  it.see(far, 1_000);
  it.see(nothing, 3_000);
  assert.equal(it.unread.map(({ forMs }) => forMs), [900]);
});

test('what was only glimpsed is a hint and no event: it may have been a shirt', () => {
  const it = new Situation();
  it.see(farGlimpsed, 2_000);
  it.see(nothing, 3_000);
  assert.equal(it.shown, ['come-closer', undefined]);
  assert.equal(it.unread, []);
});

test('when the camera stops in the middle the hint goes by itself', () => {
  const it = new Situation();
  it.see(far, 1_000);
  it.clock.advance(2_500);
  assert.equal(it.shown, ['come-closer', undefined]);
  assert.is(it.unread.length, 1);
});

test('stopped with a code in view: the hint goes, the event is told', () => {
  const it = new Situation();
  it.see(far, 1_000);
  it.hints.stop();
  assert.equal(it.shown, ['come-closer', undefined]);
  assert.is(it.unread.length, 1);
});

test('a poster that nobody can read is one hint of half a minute and one event, however long it hangs', () => {
  const it = new Situation();
  it.see(far, 600_000);
  assert.equal(it.shown, ['come-closer', undefined]);
  assert.is(it.unread.length, 1);
});

test('a phone beside a poster is told what it needs', () => {
  const it = new Situation();
  it.see(far, 60_000);
  it.see({ codes: [], located: [located(300, { cutOff: true })] }, 1_000);
  assert.equal(it.shown.slice(2), ['show-whole-code']);
});

test('a short exposure is dark on purpose: nobody is asked for light because of it', () => {
  const it = new Situation();
  it.see({ codes: [], located: [located(100, { contrast: 40, light: 60 })] }, 2_000, { isShort: true });
  assert.equal(it.shown, []);
  it.see({ codes: [], located: [located(100, { contrast: 40, light: 60 })] }, 2_000);
  assert.equal(it.shown, ['more-light']);
});

test('the log has one line for a hint, and for a crowd of them one in ten seconds', () => {
  const it = new Situation();
  for (let visitor = 0; visitor < 20; visitor++) {
    it.see({ codes: [], located: [located(100 + visitor * 20)] }, 500);
    it.see(nothing, 2_000);
  }
  assert.is(it.shown.length, 40);
  assert.ok(it.lines.length >= 4 && it.lines.length <= 6, `${it.lines.length} lines`);
  assert.is(it.lines[0], 'A code is held up and not read. To whoever holds it: Come closer.');
});

test.run();
