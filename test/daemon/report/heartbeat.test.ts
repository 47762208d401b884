import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { Logger } from '../../../daemon/base/logger.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { Heartbeat } from '../../../daemon/report/heartbeat.ts';
import { VitalWatch } from '../../../daemon/report/vital-watch.ts';

/** A part that answers, or hangs, or fails, as it is told. */
class Part {
  asked = 0;
  does: 'answer' | 'hang' | 'fail' = 'answer';

  ask(): Promise<void> {
    this.asked++;
    switch (this.does) {
      case 'answer': return Promise.resolve();
      case 'hang': return new Promise(() => {});
      case 'fail': return Promise.reject(new Error('no'));
    }
  }
}

/** A heart that beats every 10 s; the door is asked every 5 s, the log every 60 s, each with 5 s for the answer. */
class Situation {
  readonly clock = new VirtualClock();
  readonly door = new Part();
  readonly log = new Part();
  readonly said: string[] = [];
  beats = 0;
  readonly vitals: VitalWatch;
  readonly heart: Heartbeat;

  constructor() {
    const log: Logger = { ...silentLogger, info: (text) => void this.said.push(text), error: (text) => void this.said.push(text) };
    this.vitals = new VitalWatch({
      clock: this.clock,
      signs: [
        { name: 'the door', everyMs: 5_000, withinMs: 5_000, ask: () => this.door.ask() },
        { name: 'the log', everyMs: 60_000, withinMs: 5_000, ask: () => this.log.ask() },
      ],
    });
    this.heart = new Heartbeat({ vitals: this.vitals, everyMs: 10_000, beat: () => void this.beats++, clock: this.clock, log });
    this.vitals.start();
    this.heart.start();
  }

  async pass(seconds: number): Promise<void> {
    for (let s = 0; s < seconds; s++) {
      this.clock.advance(1_000);
      await new Promise(setImmediate);
    }
  }
}

test('[S10] while everything answers it beats', async () => {
  const it = new Situation();
  await it.pass(600);
  assert.is(it.beats, 61);
  assert.equal(it.said, []);
});

for (const does of ['hang', 'fail'] as const) {
  test(`[S10] a part that begins to ${does} silences it, within its time, and is named once`, async () => {
    const it = new Situation();
    await it.pass(30);
    it.door.does = does;
    await it.pass(20);
    const beats = it.beats;
    await it.pass(600);
    assert.is(it.beats, beats);
    assert.equal(it.said, ['No answer from the door: the watchdog is not fed, and systemd will start the daemon again.']);
  });
}

test('[S10] what is asked seldom silences it just as well', async () => {
  const it = new Situation();
  it.log.does = 'hang';
  await it.pass(130);
  const beats = it.beats;
  await it.pass(100);
  assert.is(it.beats, beats);
});

test('a part that hangs is not asked again and again', async () => {
  const it = new Situation();
  it.door.does = 'hang';
  await it.pass(600);
  assert.is(it.door.asked, 2);
});

test('a part that answers again has it beat again', async () => {
  const it = new Situation();
  it.door.does = 'fail';
  await it.pass(60);
  it.door.does = 'answer';
  const beats = it.beats;
  await it.pass(30);
  assert.ok(it.beats > beats);
  assert.is(it.said.at(-1), 'Everything answers again; the watchdog is fed.');
});

test('[S10] all that are silent are named, without waiting for any of them', async () => {
  const it = new Situation();
  assert.equal(it.vitals.silent(), []);
  it.door.does = 'hang';
  it.log.does = 'hang';
  await it.pass(130);
  assert.equal(it.vitals.silent(), ['the door', 'the log']);
  it.log.does = 'answer';
  it.door.does = 'answer';
  assert.equal(it.vitals.silent(), ['the door', 'the log'], 'what hangs has not answered');
});

test('once stopped it neither beats nor asks', async () => {
  const it = new Situation();
  it.heart.stop();
  it.vitals.stop();
  await it.pass(100);
  assert.is(it.beats, 1);
  assert.is(it.door.asked, 1);
});

test.run();
