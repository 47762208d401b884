import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { Feedback } from '../../../daemon/signal/feedback.ts';
import type { OutputName } from '../../../drivers/door-io/door-io.ts';
import { SimulatedDoorIo } from '../../../drivers/door-io/simulated.ts';

const silent = { contact() {}, rex() {}, fire() {}, relayFault() {} };

class Situation {
  readonly clock = new VirtualClock();
  readonly status = new StatusBoard(this.clock);
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-feedback-'));
  readonly io: SimulatedDoorIo;
  readonly feedback: Feedback;
  readonly changes: string[] = [];

  constructor(outputs: OutputName[]) {
    this.io = new SimulatedDoorIo({ dir: this.dir, clock: this.clock, guard: 'in-process', outputs });
    this.feedback = new Feedback({ outputs: this.io.outputs, clock: this.clock, status: this.status });
    this.status.onChange((part, now) => this.changes.push(`${part} ${now.state}`));
  }

  /** What someone at the door sees and hears: G, R, B, as far as it is wired. */
  get seen(): string {
    return (Object.keys(this.io.outputs) as OutputName[]).filter((name) => readFileSync(join(this.dir, name), 'utf8') === '1\n').map((name) => name[0]?.toUpperCase()).join('');
  }
}

function at(name: string, outputs: OutputName[], run: (it: Situation) => void): void {
  test(name, async () => {
    const it = new Situation(outputs);
    try {
      await it.io.start(silent);
      it.feedback.start();
      run(it);
    } finally {
      it.feedback.stop();
      await it.io.stop();
      rmSync(it.dir, { recursive: true });
    }
  });
}

const wired: OutputName[] = ['green', 'red', 'buzzer'];

at('granted is green and a long tone, and dark after it', wired, (it) => {
  it.feedback.verdict('granted');
  assert.is(it.seen, 'GB');
  it.clock.advance(600);
  assert.is(it.seen, 'G');
  it.clock.advance(3_000);
  assert.is(it.seen, '');
  assert.is(it.status.get('feedback')?.state, 'ok');
});

at('a verdict ends the hint for good', wired, (it) => {
  it.feedback.hint('come-closer');
  assert.is(it.seen, 'GRB');
  it.feedback.verdict('denied');
  it.clock.advance(60_000);
  assert.is(it.seen, '');
});

at('offline blinks slowly; a lock that does not obey goes before it; both come to an end', wired, (it) => {
  it.status.report('backend', 'degraded', 'It cannot be reached.');
  assert.is(it.seen, 'R');
  it.clock.advance(100);
  assert.is(it.seen, '');
  it.status.report('door', 'down', 'The relay is welded.');
  it.clock.advance(300);
  assert.is(it.seen, 'R');
  it.status.report('door', 'ok');
  it.status.report('backend', 'ok');
  assert.is(it.seen, '');
  it.clock.advance(60_000);
  assert.is(it.seen, '');
});

at('a lamp alone still tells', ['red'], (it) => {
  it.feedback.verdict('denied');
  assert.is(it.seen, 'R');
  it.feedback.verdict('granted');
  assert.is(it.seen, '');
});

at('with nothing wired nothing happens, and the status says nothing of it', [], (it) => {
  it.feedback.verdict('denied');
  it.clock.advance(10_000);
  assert.equal(it.changes, []);
});

at('a broken lamp is told once and lets the others play; it is tried again after a minute', wired, (it) => {
  it.io.breakOutput('green', true);
  it.changes.length = 0;
  it.feedback.verdict('granted');
  assert.is(it.seen, 'B');
  assert.is(it.status.get('feedback')?.state, 'degraded');
  assert.match(it.status.get('feedback')?.reason ?? '', /green cannot be switched.*give the daemon a folder/);
  for (let i = 0; i < 50; i++) {
    it.feedback.verdict('granted');
    it.clock.advance(1_000);
  }
  assert.equal(it.changes, ['feedback degraded']);
  it.io.breakOutput('green', false);
  it.clock.advance(20_000);
  it.feedback.verdict('granted');
  assert.is(it.seen, 'GB');
  assert.is(it.status.get('feedback')?.state, 'ok');
});

at('a line that breaks in the dark half of a pattern is off when it is mended', wired, (it) => {
  it.feedback.verdict('granted');
  it.io.breakOutput('green', true);
  it.clock.advance(5_000);
  assert.is(it.seen, 'G', 'it cannot be switched off: the status says so');
  assert.is(it.status.get('feedback')?.state, 'degraded');
  it.io.breakOutput('green', false);
  it.clock.advance(61_000);
  assert.is(it.seen, '');
});

at('stopped in a pattern all is off, and nothing comes on again', wired, (it) => {
  it.feedback.verdict('granted');
  it.feedback.stop();
  assert.is(it.seen, '');
  it.feedback.verdict('granted');
  it.feedback.hint('hold-still');
  it.status.report('camera', 'down', 'unplugged');
  it.clock.advance(60_000);
  assert.is(it.seen, '');
});

at('a thousand verdicts in a second end dark and write each level once', wired, (it) => {
  for (let i = 0; i < 1_000; i++) {
    it.feedback.verdict(i % 2 ? 'granted' : 'denied');
    it.clock.advance(1);
  }
  it.clock.advance(5_000);
  assert.is(it.seen, '');
});

test.run();
