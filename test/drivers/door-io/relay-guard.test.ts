import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { PosternError } from '../../../daemon/base/errors.ts';
import type { GuardListener } from '../../../drivers/door-io/guard-channel.ts';
import { GuardCore } from '../../../drivers/door-io/guard-core.ts';
import type { RelayLevel, RelayLine } from '../../../drivers/door-io/relay-line.ts';
import { GuardedRelay } from '../../../drivers/door-io/relay-guard.ts';

class FakeLine implements RelayLine {
  level: RelayLevel = 'rest';
  isGuardsAlone = false;
  broken = false;
  welded = false;

  write(level: RelayLevel): void {
    if (this.broken) throw new Error('EIO');
    if (!this.welded) this.level = level;
  }

  read(): RelayLevel {
    return this.level;
  }

  close(): void {}
}

/** A guard process that the test can hang, kill, or keep from starting. */
class FakeGuards {
  readonly clock = new VirtualClock();
  readonly line = new FakeLine();
  readonly heard: (string | undefined)[] = [];
  readonly levels: string[] = [];
  started = 0;
  killed = 0;
  hung = false;
  /** Resolves when a guard whose pipe was closed has ended. */
  end = Promise.resolve();
  refuse: string | undefined;
  #listener: GuardListener | undefined;
  #core: GuardCore | undefined;
  readonly relay = new GuardedRelay({
    clock: this.clock, line: this.line, onFault: (detail) => this.heard.push(detail), onLevel: (level) => this.levels.push(level),
    openGuard: (listener) => {
      if (this.refuse !== undefined) throw new Error(this.refuse);
      this.started++;
      this.#listener = listener;
      const core = new GuardCore({ line: this.line, clock: this.clock, answer: (text) => this.hung || listener.answer(text) });
      this.#core = core;
      if (!this.hung) core.begin();
      return { nowMs: () => this.clock.monotonicMs(), send: (order) => this.hung || core.receive(order), kill: () => void this.killed++, close: () => this.end };
    },
  });

  async start(): Promise<this> {
    await this.relay.start();
    return this;
  }

  die(): void {
    this.#core?.close();
    this.#listener?.gone('ended by SIGKILL');
  }

  answer(text: string): void {
    this.#listener?.answer(text);
  }
}

const outcome = (done: Promise<void>): Promise<string> => done.then(() => 'done', (thrown: PosternError) => thrown.message);

test('[S1] a guard that dies is replaced after a back-off, and the relay rests meanwhile', async () => {
  const guards = await new FakeGuards().start();
  await guards.relay.energise(60_000);
  guards.die();
  assert.is(guards.line.level, 'rest');
  assert.is(guards.relay.level, 'rest');
  assert.match(guards.heard[0] ?? '', /relay guard is gone \(ended by SIGKILL\)/);
  assert.match(await outcome(guards.relay.energise(5_000)), /not running/);
  assert.is(guards.line.level, 'rest');
  guards.clock.advance(100);
  assert.is(guards.started, 2);
  assert.is(guards.heard.at(-1), undefined, 'well again');
  assert.is(await outcome(guards.relay.energise(5_000)), 'done');
});

test('[S1] a guard that does not answer an order is killed and replaced', async () => {
  const guards = await new FakeGuards().start();
  guards.hung = true;
  guards.line.level = 'energised';
  const energised = outcome(guards.relay.energise(5_000));
  guards.clock.advance(1_099);
  assert.is(guards.killed, 0);
  guards.clock.advance(1);
  assert.is(guards.killed, 1);
  assert.match(await energised, /did not answer/);
  assert.is(guards.line.level, 'rest');
});

test('[S1] a relay that is found energised rests before its guard says anything, and a guard that never does is given up', async () => {
  const guards = new FakeGuards();
  guards.line.level = 'energised';
  guards.hung = true;
  const started = outcome(guards.relay.start());
  assert.is(guards.line.level, 'rest');
  guards.clock.advance(15_000);
  assert.is(guards.killed, 1);
  assert.match(await started, /did not get ready in time/);
});

test('[S1] a guard that never gets ready in the place of a dead one is replaced too, and is given no order', async () => {
  const guards = await new FakeGuards().start();
  guards.hung = true;
  guards.die();
  guards.clock.advance(100);
  assert.is(guards.started, 2);
  assert.match(await outcome(guards.relay.energise(5_000)), /not running/);
  guards.hung = false;
  guards.clock.advance(15_200);
  assert.is(guards.killed, 1);
  assert.is(guards.started, 3);
  assert.is(await outcome(guards.relay.energise(5_000)), 'done');
});

test('[S1] without a guard, rest is by hand: refused while the line cannot be written or the contacts stick, which the fault tells', async () => {
  const guards = await new FakeGuards().start();
  await guards.relay.energise(60_000);
  guards.line.welded = true;
  guards.die();
  assert.match(guards.heard.at(-1) ?? '', /reads energised although/);
  assert.match(await outcome(guards.relay.rest()), /reads energised although/);
  guards.line.broken = true;
  guards.die();
  assert.match(guards.heard.at(-1) ?? '', /cannot be written: EIO/);
  assert.match(await outcome(guards.relay.rest()), /cannot be written: EIO/);
  guards.line.broken = guards.line.welded = false;
  assert.is(await outcome(guards.relay.rest()), 'done');
  assert.is(guards.line.level, 'rest');
});

test('[S1] a line that the guard alone has is left to it, and rested by hand when it is gone', async () => {
  const guards = new FakeGuards();
  guards.line.isGuardsAlone = true;
  await guards.start();
  await guards.relay.energise(60_000);
  guards.hung = true;
  const rested = outcome(guards.relay.rest());
  assert.is(guards.line.level, 'energised', 'no hand reaches it');
  guards.clock.advance(1_100);
  assert.match(await rested, /did not answer/);
  assert.is(guards.line.level, 'rest');
});

test('[S1] stop rests the relay before its guard has ended, and once more when it has', async () => {
  const guards = await new FakeGuards().start();
  await guards.relay.energise(60_000);
  let end = (): void => {};
  guards.end = new Promise((resolve) => (end = resolve));
  const stopped = guards.relay.stop();
  assert.is(guards.line.level, 'rest');
  guards.line.level = 'energised';
  end();
  await stopped;
  assert.is(guards.line.level, 'rest', 'an order that was under way changes nothing');
});

test('[S1] a guard that is stopped while it holds the relay is overruled within 600 ms of the lease\'s end', async () => {
  const guards = await new FakeGuards().start();
  await guards.relay.energise(4_000);
  guards.hung = true;
  guards.clock.advance(3_999);
  // It is stopped: its own timer does not fire. The driver's watch is all there is.
  guards.line.broken = true;
  guards.clock.advance(1);
  guards.line.broken = false;
  assert.is(guards.line.level, 'energised');
  guards.clock.advance(600);
  assert.is(guards.line.level, 'rest');
  assert.ok(guards.killed > 0);
});

test('[S1] rest does not wait for a guard that hangs', async () => {
  const guards = await new FakeGuards().start();
  await guards.relay.energise(60_000);
  guards.hung = true;
  const rested = outcome(guards.relay.rest());
  assert.is(guards.line.level, 'rest');
  guards.clock.advance(1_100);
  assert.match(await rested, /did not answer/);
});

test('a daemon that stalled itself does not blame the guard: what it said in time counts', async () => {
  const guards = await new FakeGuards().start();
  guards.hung = true;
  const energised = outcome(guards.relay.energise(60_000));
  guards.clock.advance(1_050);
  guards.answer('1 energised');
  assert.is(await energised, 'done');
  guards.clock.advance(100);
  assert.is(guards.killed, 0);
});

test('a guard is not blamed for a lease that was ended early, nor another one for the lease of one that died', async () => {
  const guards = await new FakeGuards().start();
  await guards.relay.energise(1_000);
  await guards.relay.rest();
  guards.clock.advance(60_000);
  assert.equal(guards.heard, []);
  await guards.relay.energise(1_000);
  guards.refuse = 'spawn EAGAIN';
  guards.die();
  guards.clock.advance(60_000);
  assert.not.ok(guards.heard.some((detail) => detail?.includes('lease')));
  assert.is(guards.killed, 0);
});

test('an energise that a rest has overtaken is no fault, whichever level it reads', async () => {
  const guards = await new FakeGuards().start();
  guards.hung = true;
  const done = [outcome(guards.relay.energise(60_000)), outcome(guards.relay.rest())];
  guards.answer('1 rest');
  guards.answer('2 rest');
  assert.equal(await Promise.all(done), ['done', 'done']);
  assert.equal(guards.heard, []);
});

test('an order that was dropped for being late is a fault until the relay is told to rest', async () => {
  const guards = await new FakeGuards().start();
  guards.hung = true;
  const energised = outcome(guards.relay.energise(60_000));
  guards.answer('1 late');
  guards.hung = false;
  assert.match(await energised, /over 1 s late/);
  assert.is(guards.heard.length, 1);
  await guards.relay.rest();
  assert.equal(guards.heard.slice(1), [undefined]);
});

test('a relay that something else energises is noticed within seconds, and one that is put right too', async () => {
  const guards = await new FakeGuards().start();
  guards.line.level = 'energised';
  guards.clock.advance(5_000);
  assert.match(guards.heard[0] ?? '', /reads energised although/);
  guards.clock.advance(5_000);
  assert.is(guards.heard.length, 1, 'told once');
  guards.line.level = 'rest';
  guards.clock.advance(5_000);
  assert.equal(guards.heard.slice(1), [undefined]);
});

test('a relay that something else rests while a lease runs is a fault too', async () => {
  const guards = await new FakeGuards().start();
  await guards.relay.energise(60_000);
  guards.line.level = 'rest';
  guards.clock.advance(5_000);
  assert.match(guards.heard[0] ?? '', /reads at rest although/);
});

test('the look at a relay that is energised by its lease finds nothing wrong', async () => {
  const guards = await new FakeGuards().start();
  for (let i = 0; i < 40; i++) {
    await guards.relay.energise(1_500);
    guards.clock.advance(500);
  }
  guards.clock.advance(20_000);
  assert.equal(guards.heard, []);
  assert.equal(guards.levels, ['energised', 'rest']);
});

test('guards that die one after the other are started ever more slowly, and at once again after one has lived', async () => {
  const guards = await new FakeGuards().start();
  let waitedMs = 0;
  for (let i = 0; i < 12; i++) {
    guards.die();
    const before = guards.started;
    for (waitedMs = 0; guards.started === before && waitedMs < 60_000; waitedMs += 50) guards.clock.advance(50);
  }
  assert.ok(waitedMs >= 15_000 && waitedMs <= 30_050, `${waitedMs} ms before the last`);
  guards.clock.advance(5_000);
  await Promise.resolve();
  guards.die();
  guards.clock.advance(100);
  assert.is(guards.started, 14);
});

test('a guard that cannot be started at the start is an error that says why', async () => {
  const guards = new FakeGuards();
  guards.refuse = 'spawn EAGAIN';
  const thrown = await guards.relay.start().then(() => undefined, (error: unknown) => error as PosternError);
  assert.is(thrown?.code, 'relay-guard');
  assert.match(thrown?.message ?? '', /spawn EAGAIN/);
});

test('a guard that cannot have the relay\'s line is an error at the start that says why, and later tried again', async () => {
  const refusal = '0 failed EBUSY: line 17 is held by "lirc"';
  const guards = new FakeGuards();
  guards.hung = true;
  const started = outcome(guards.relay.start());
  guards.answer(refusal);
  assert.match(await started, /cannot run: EBUSY: line 17 is held by "lirc"/);
  assert.is(guards.killed, 1);
  const later = await new FakeGuards().start();
  later.hung = true;
  later.die();
  later.clock.advance(100);
  later.answer(refusal);
  assert.is(later.killed, 1);
  assert.match(await outcome(later.relay.energise(5_000)), /not running/);
  later.hung = false;
  later.clock.advance(30_000);
  assert.is(await outcome(later.relay.energise(5_000)), 'done');
});

test('a guard that cannot be started later is tried again for ever', async () => {
  const guards = await new FakeGuards().start();
  guards.refuse = 'spawn EAGAIN';
  guards.die();
  guards.clock.advance(600_000);
  guards.refuse = undefined;
  guards.clock.advance(30_000);
  assert.is(guards.started, 2);
  assert.is(guards.heard.at(-1), undefined);
});

test('answers that nobody understands change nothing but the fault', async () => {
  const guards = await new FakeGuards().start();
  for (const text of ['', ' ', '7 energised', 'x', '0 nonsense']) guards.answer(text);
  assert.is(guards.relay.level, 'rest');
  await guards.relay.rest();
  assert.is(guards.heard.at(-1), undefined);
});

test('after stop no timer is left and nothing is told', async () => {
  const guards = await new FakeGuards().start();
  await guards.relay.energise(60_000);
  await guards.relay.stop();
  assert.is(guards.line.level, 'rest');
  guards.die();
  guards.answer('0 energised');
  guards.clock.advance(3_600_000);
  assert.equal(guards.heard, []);
  assert.is(guards.relay.level, 'rest');
  assert.is(guards.started, 1);
  assert.match(await outcome(guards.relay.energise(1_000)), /not running/);
});

test.run();
