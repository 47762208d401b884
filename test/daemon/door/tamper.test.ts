import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { Door } from '../../../daemon/door/door.ts';
import type { DoorIoSink } from '../../../drivers/door-io/door-io.ts';
import { SimulatedDoorIo } from '../../../drivers/door-io/simulated.ts';
import { settings } from './specimens.ts';

/** A simulated door whose inputs can fail. */
class FailingDoorIo extends SimulatedDoorIo {
  sink: DoorIoSink | undefined;

  override async start(sink: DoorIoSink): Promise<void> {
    this.sink = sink;
    await super.start(sink);
  }
}

async function withDoor(run: (o: { io: FailingDoorIo; status: StatusBoard; events: string[] }) => Promise<void> | void, prepare: (io: FailingDoorIo) => void = () => {}): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-tamper-'));
  const clock = new VirtualClock();
  const io = new FailingDoorIo({ dir, clock, guard: 'in-process' });
  prepare(io);
  const status = new StatusBoard(clock);
  const events: string[] = [];
  const state = { get: () => undefined, set: async () => {} };
  const door = new Door({ io, clock, settings, state, status, log: silentLogger, onEvent: (event: EventDraft) => void events.push(event.type) });
  await door.start();
  await run({ io, status, events });
  await door.stop();
  rmSync(dir, { recursive: true });
}

test('an opened housing is an event and on the status until it is closed; the relay does not care', () => withDoor(async ({ io, status, events }) => {
  io.setTamper('alarm');
  io.setTamper('alarm');
  assert.is(status.get('tamper')?.state, 'degraded');
  await io.energise(5_000);
  assert.is(io.relay, 'energised');
  io.setTamper('normal');
  assert.is(status.get('tamper')?.state, 'ok');
  assert.equal(events, ['tamper-started', 'tamper-ended']);
}));

test('a housing found open at the start is told', () => withDoor(({ events }) => {
  assert.equal(events, ['tamper-started']);
}, (io) => io.setTamper('alarm')));

test('inputs that fail are on the status with the reason, and the door goes on', () => withDoor(async ({ io, status }) => {
  io.sink?.inputFault?.('The process that reads the inputs is gone.');
  assert.equal([status.get('inputs')?.state, status.get('inputs')?.reason], ['down', 'The process that reads the inputs is gone.']);
  await io.energise(5_000);
  assert.is(io.relay, 'energised');
  io.sink?.inputFault?.(undefined);
  assert.is(status.get('inputs')?.state, 'ok');
}));

test.run();
