import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { DurableState } from '../../../daemon/base/durable-state.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import type { DoorSettings } from '../../../daemon/door/door-settings.ts';
import { Door } from '../../../daemon/door/door.ts';
import type { SimulatedDoorIoOptions } from '../../../drivers/door-io/simulated.ts';
import { SimulatedDoorIo } from '../../../drivers/door-io/simulated.ts';
import { settings } from './specimens.ts';

/** A store whose disk can be slow or full. */
class MemoryState implements DurableState {
  readonly #values: Map<string, unknown>;
  /** Resolved by the test, when the disk is slow. */
  flushed: Promise<void> = Promise.resolve();
  full = false;

  constructor(values = new Map<string, unknown>()) {
    this.#values = values;
  }

  get(key: string): unknown {
    return this.#values.get(key);
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.flushed;
    if (this.full) throw new PosternError('storage', 'The disk is full.');
    this.#values.set(key, JSON.parse(JSON.stringify(value)));
  }
}

interface Bench {
  dir: string;
  clock: VirtualClock;
  io: SimulatedDoorIo;
  state: MemoryState;
  status: StatusBoard;
  events: EventDraft[];
  door: Door;
  relayFile: () => string;
  pass: (ms: number) => Promise<void>;
  told: () => string[];
}

interface BenchOptions {
  changed?: Partial<DoorSettings>;
  stored?: Map<string, unknown>;
  clockIsBelieved?: boolean;
  io?: Partial<SimulatedDoorIoOptions>;
  clock?: VirtualClock;
}

async function bench({ changed = {}, stored, clockIsBelieved = true, io: ioOptions = {}, clock = new VirtualClock() }: BenchOptions = {}): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-door-'));
  const io = new SimulatedDoorIo({ dir, clock, guard: 'in-process', ...ioOptions });
  const state = new MemoryState(stored);
  const status = new StatusBoard(clock);
  const events: EventDraft[] = [];
  const door = new Door({
    io, clock, settings: { ...settings, ...changed }, state, status, log: silentLogger,
    onEvent: (draft) => events.push(draft), clockIsBelieved: () => clockIsBelieved,
  });
  await door.start();
  return {
    dir, clock, io, state, status, events, door,
    relayFile: () => readFileSync(join(dir, 'relay'), 'utf8').trim(),
    pass: (ms) => clock.advanceTo(clock.monotonicMs() + ms, () => door.idle()),
    told: () => events.splice(0).map((event) => event.type),
  };
}

async function over({ door, dir }: Bench): Promise<void> {
  await door.stop();
  rmSync(dir, { recursive: true });
}

const doors = suite('door');

doors('a grant resolves when the relay is energised, and the relay rests after the unlock time', async () => {
  const b = await bench();
  assert.is(b.relayFile(), '0');
  assert.is(await b.door.grant({ attemptId: 'A', extended: false }), 'released');
  assert.is(b.relayFile(), '1');
  assert.is(b.door.view.state, 'released');
  assert.is(b.door.view.releasedForMs, 5_000);
  await b.pass(4_999);
  assert.is(b.relayFile(), '1');
  await b.pass(1);
  assert.is(b.relayFile(), '0');
  assert.equal(b.told(), ['door-released', 'door-relocked']);
  await over(b);
});

doors('the visitor who opens and closes the door is seen doing so', async () => {
  const b = await bench({ io: { visitor: { opensAfterMs: 800, openForMs: 3_000 } } });
  await b.door.grant({ attemptId: 'A', extended: false });
  await b.pass(900);
  assert.is(b.door.view.state, 'open');
  assert.is(b.relayFile(), '0', 'a strike relocks as the door opens');
  await b.pass(10_000);
  assert.is(b.door.view.state, 'locked');
  assert.equal(b.told(), ['door-released', 'door-opened', 'door-relocked', 'door-closed']);
  await over(b);
});

doors('[S1] a relay that does not energise is a fault, never a grant', async () => {
  const b = await bench();
  b.io.weldRelay(true);
  await b.door.grant({ attemptId: 'A', extended: false });
  await b.pass(5_000);
  assert.is(b.door.view.state, 'fault', 'welded contacts show when the relay is told to rest');
  assert.is(b.status.get('door')?.state, 'down');
  assert.is(await b.door.grant({ attemptId: 'B', extended: false }), 'relay-fault');
  b.io.weldRelay(false);
  await b.pass(1_000);
  assert.is(b.door.view.state, 'locked', 'rest was asked for again until it came');
  assert.is(b.status.get('door')?.state, 'ok');
  assert.is(b.relayFile(), '0');
  assert.equal(b.told(), ['door-released', 'door-relocked', 'relay-failed', 'relay-recovered']);
  await over(b);
});

doors('a relay found welded at the start is told of, and the daemon runs', async () => {
  const b = await bench();
  await b.door.stop();
  b.io.weldRelay(true);
  const io = new SimulatedDoorIo({ dir: b.dir, clock: b.clock, guard: 'in-process' });
  const again: Bench = { ...b, io, door: new Door({ io, clock: b.clock, settings, state: b.state, status: b.status, log: silentLogger, onEvent: (e) => b.events.push(e) }) };
  await again.door.start();
  assert.is(again.door.view.state, 'fault');
  assert.equal(b.told(), ['relay-failed']);
  await over(again);
});

doors('a lockdown rests the relay at once and resolves when it is durable', async () => {
  const b = await bench();
  await b.door.grant({ attemptId: 'A', extended: false });
  let flush = (): void => {};
  b.state.flushed = new Promise((resolve) => (flush = resolve));
  let acknowledged = false;
  const locking = b.door.lockDown('guard').then(() => (acknowledged = true));
  assert.is(b.relayFile(), '0', 'at once, however slow the disk');
  await new Promise((resolve) => setImmediate(resolve));
  assert.not.ok(acknowledged, 'not before it is stored');
  flush();
  await locking;
  assert.is(await b.door.grant({ attemptId: 'B', extended: false }), 'lockdown');
  assert.is(b.door.view.lockdownBy, 'guard');
  await over(b);
});

doors('a lockdown that cannot be stored stands, says so, and can be stored later', async () => {
  const b = await bench();
  b.state.full = true;
  const refused = await b.door.lockDown('guard').then(() => undefined, (thrown: unknown) => thrown);
  assert.instance(refused, PosternError);
  assert.is(b.door.view.state, 'lockdown');
  b.state.full = false;
  await b.door.lockDown('guard');
  assert.ok(b.state.get('door-orders'));
  await over(b);
});

doors('a lockdown survives a restart and ends by an admin only', async () => {
  const stored = new Map<string, unknown>();
  const before = await bench({ stored });
  await before.door.lockDown('guard');
  await over(before);
  const after = await bench({ stored });
  assert.is(after.door.view.state, 'lockdown');
  assert.is(await after.door.grant({ attemptId: 'A', extended: false }), 'lockdown');
  await after.door.endLockdown('admin');
  assert.is(after.door.view.state, 'locked');
  await over(after);
  const last = await bench({ stored });
  assert.is(last.door.view.state, 'locked');
  await over(last);
});

doors('stored orders that are garbage mean lockdown', async () => {
  const b = await bench({ stored: new Map([['door-orders', { passage: 'yes' }]]) });
  assert.is(b.door.view.state, 'lockdown');
  await over(b);
});

doors('[S1] passage holds the relay by leases and ends in time', async () => {
  const b = await bench();
  assert.is(await b.door.startPassage(b.clock.wallMs() + 60_000, 'desk'), 'released');
  await b.pass(59_999);
  assert.is(b.relayFile(), '1');
  await b.pass(1);
  assert.is(b.relayFile(), '0');
  assert.equal(b.told(), ['door-released', 'passage-started', 'passage-ended', 'door-relocked']);
  await over(b);
});

doors('a passage survives a restart with its end, but not under a clock that is not believed', async () => {
  for (const clockIsBelieved of [true, false]) {
    const stored = new Map<string, unknown>();
    const clock = new VirtualClock();
    const before = await bench({ stored, clock });
    await before.door.startPassage(clock.wallMs() + 60_000, 'desk');
    await before.pass(20_000);
    await over(before);
    assert.equal(before.told().slice(-1), ['door-relocked'], 'released is relocked at the stop');
    const after = await bench({ stored, clock: new VirtualClock(clock.wallMs() + 10_000), clockIsBelieved });
    assert.is(after.relayFile(), clockIsBelieved ? '1' : '0');
    if (!clockIsBelieved) {
      assert.is(after.door.view.passage?.waitsForEntry, true);
      await after.door.grant({ attemptId: 'A', extended: false });
    }
    assert.is(after.door.view.state, 'passage');
    await after.pass(30_000);
    assert.is(after.relayFile(), '0', 'at the stored end');
    await over(after);
  }
});

doors('a passage of the past and one in lockdown are refused', async () => {
  const b = await bench();
  assert.is(await b.door.startPassage(b.clock.wallMs(), 'desk'), 'over');
  await b.door.lockDown('guard');
  assert.is(await b.door.startPassage(b.clock.wallMs() + 60_000, 'desk'), 'lockdown');
  await over(b);
});

doors('passage is ended by command, and whoever ended it is named', async () => {
  const b = await bench();
  await b.door.startPassage(b.clock.wallMs() + 60_000, 'desk');
  await b.door.endPassage('admin');
  assert.is(b.relayFile(), '0');
  assert.equal(b.events.find((event) => event.type === 'passage-ended'), { type: 'passage-ended', why: 'command', by: 'admin' });
  await over(b);
});

doors('stopping while released rests the relay and says so', async () => {
  const b = await bench();
  await b.door.grant({ attemptId: 'A', extended: false });
  await b.door.stop();
  assert.is(b.relayFile(), '0');
  assert.equal(b.events.at(-1), { type: 'door-relocked', why: 'stopped' });
  assert.is(await b.door.grant({ attemptId: 'B', extended: false }), 'over');
  await over(b);
});

doors('[S2] a request to exit excuses the opening that follows', async () => {
  const b = await bench();
  b.io.setRex('active');
  b.io.setRex('idle');
  await b.pass(2_000);
  b.io.setContact('open');
  assert.is(b.door.view.state, 'open');
  assert.equal(b.told(), ['exit-requested', 'door-opened']);
  await over(b);
});

doors('[S2] a request to exit that is held is told as stuck, on the status too', async () => {
  const b = await bench();
  b.io.setRex('active');
  await b.pass(60_000);
  assert.is(b.status.get('door')?.state, 'degraded');
  b.io.setRex('idle');
  assert.is(b.status.get('door')?.state, 'ok');
  await over(b);
});

doors('a stuck contact tells nothing, and a door without one says so on the status', async () => {
  const b = await bench();
  b.io.stickContact(true);
  b.io.setContact('open');
  assert.is(b.door.view.contact, 'closed');
  await over(b);
  const without = await bench({ io: { contact: 'absent' } });
  assert.match(without.status.get('door')?.reason ?? '', /No door contact/);
  without.io.setContact('open');
  assert.equal(without.told(), []);
  await over(without);
});

doors('a door that was never started can be stopped', async () => {
  const clock = new VirtualClock();
  const io = new SimulatedDoorIo({ dir: '/dev/null/door', clock, guard: 'in-process' });
  const door = new Door({ io, clock, settings, state: new MemoryState(), status: new StatusBoard(clock), log: silentLogger, onEvent: () => {} });
  const refused = await door.start().then(() => undefined, (thrown: unknown) => thrown);
  assert.instance(refused, PosternError);
  assert.is((refused as PosternError).code, 'door-io');
  await door.stop();
});

doors.run();
