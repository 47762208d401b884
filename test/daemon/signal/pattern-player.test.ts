import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { PatternPlayer } from '../../../daemon/signal/pattern-player.ts';
import { patterns } from '../../../daemon/signal/pattern.ts';
import type { PatternName, Signal } from '../../../daemon/signal/pattern.ts';

class Situation {
  readonly clock = new VirtualClock();
  on: readonly Signal[] = [];
  readonly shown: string[] = [];
  readonly player = new PatternPlayer({
    clock: this.clock,
    show: (on) => {
      this.on = on;
      this.shown.push(`${this.clock.monotonicMs()} ${on.join('+') || 'dark'}`);
    },
  });
}

const lengthOf = (name: PatternName): number => patterns[name].beats.reduce((sum, { ms }) => sum + ms, 0);

test('a verdict plays once, to the millisecond, and ends dark', () => {
  const it = new Situation();
  it.player.ask('verdict', 'unavailable');
  it.clock.advance(10_000);
  assert.equal(it.shown, ['0 red+buzzer', '600 dark', '800 red+buzzer', '950 dark', '1850 dark']);
});

test('a hint repeats until it is taken back, and then it is dark at once', () => {
  const it = new Situation();
  it.player.ask('hint', 'hold-still');
  it.clock.advance(4_600);
  assert.equal(it.shown, ['0 green+red', '1300 dark', '1500 green+red', '2800 dark', '3000 green+red', '4300 dark', '4500 green+red']);
  it.player.ask('hint', undefined);
  assert.is(it.on.length, 0);
  it.clock.advance(10_000);
  assert.is(it.shown.length, 8);
});

test('a hint asked for again goes on, it does not begin anew', () => {
  const it = new Situation();
  it.player.ask('hint', 'hold-still');
  it.clock.advance(1_000);
  it.player.ask('hint', 'hold-still');
  it.clock.advance(300);
  assert.equal(it.shown, ['0 green+red', '1300 dark']);
});

test('a verdict beats a hint, a hint the background, and each comes back after what beat it', () => {
  const it = new Situation();
  it.player.ask('background', 'offline');
  it.player.ask('hint', 'hold-still');
  it.player.ask('verdict', 'denied');
  it.player.ask('background', 'fault');
  it.player.ask('hint', 'come-closer');
  assert.equal(it.on, ['red', 'buzzer'], 'neither disturbs the verdict');
  it.clock.advance(lengthOf('denied'));
  assert.equal(it.on, patterns['come-closer'].beats[0].on);
  it.player.ask('hint', undefined);
  assert.equal(it.on, patterns.fault.beats[0]?.on);
  it.player.ask('background', undefined);
  assert.equal(it.on, []);
});

test('a second verdict begins at once, the same one too: it is somebody else\'s', () => {
  const it = new Situation();
  it.player.ask('verdict', 'denied');
  it.clock.advance(200);
  it.player.ask('verdict', 'denied');
  assert.is(it.shown.at(-1), '200 red+buzzer');
  it.player.ask('verdict', 'granted');
  assert.is(it.shown.at(-1), '200 green+buzzer');
  it.clock.advance(lengthOf('granted'));
  assert.equal(it.on, []);
});

test('stopped anywhere in any pattern it is dark, and stays so whatever is asked', () => {
  for (const [name, { beats }] of Object.entries(patterns) as [PatternName, (typeof patterns)[PatternName]][]) {
    let atMs = 0;
    for (const { ms } of beats as readonly { ms: number }[]) {
      const it = new Situation();
      it.player.ask('hint', name);
      it.clock.advance(atMs + 10);
      atMs += ms;
      it.player.stop();
      assert.equal(it.on, [], `${name} at ${atMs}`);
      it.player.ask('verdict', 'granted');
      it.clock.advance(20_000);
      assert.equal(it.on, []);
      assert.ok(it.shown.at(-1)?.endsWith('dark'));
    }
  }
});

test('a thousand verdicts in a second: the last one is told to its end, by one timer', () => {
  const it = new Situation();
  let timers = 0;
  const counting = { wallMs: () => it.clock.wallMs(), monotonicMs: () => it.clock.monotonicMs(), after: (ms: number, run: () => void) => {
    timers++;
    let isSet = true;
    const end = (): void => {
      if (isSet) timers--;
      isSet = false;
    };
    const timer = it.clock.after(ms, () => {
      end();
      run();
    });
    return { cancel: () => {
      end();
      timer.cancel();
    } };
  } };
  const player = new PatternPlayer({ clock: counting, show: (on) => (it.on = on) });
  const outcomes = ['granted', 'denied', 'unavailable'] as const;
  for (let i = 0; i < 1_000; i++) {
    player.ask('verdict', outcomes[i % 3]);
    it.clock.advance(1);
  }
  assert.is(timers, 1);
  assert.equal(it.on, ['green', 'buzzer']);
  it.clock.advance(lengthOf('granted'));
  assert.equal(it.on, []);
});

test.run();
