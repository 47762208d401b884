import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock, sleep, systemClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { SimulatedDoorIoOptions } from '../../../drivers/door-io/simulated.ts';
import { SimulatedDoorIo } from '../../../drivers/door-io/simulated.ts';
import type { DoorIoBench } from './contract.ts';
import { doorIoContract } from './contract.ts';

type Guard = SimulatedDoorIoOptions['guard'];

async function open(guard: Guard, found: 'energised' | 'rest'): Promise<DoorIoBench> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-simulated-'));
  const relay = join(dir, 'relay');
  writeFileSync(relay, found === 'energised' ? '1\n' : '0\n');
  const virtual = new VirtualClock();
  const clock = guard === 'process' ? systemClock : virtual;
  const io = new SimulatedDoorIo({ dir, clock, guard, outputs: ['green'] });
  return {
    io,
    another: () => new SimulatedDoorIo({ dir, clock, guard, outputs: ['green'] }),
    ...(guard === 'process' && { isExclusive: true }),
    outside: () => (readFileSync(relay, 'utf8').trim() === '1' ? 'energised' : 'rest'),
    pass: (ms) => (guard === 'process' ? sleep(systemClock, ms) : virtual.advanceTo(virtual.monotonicMs() + ms, () => Promise.resolve())),
    moveContact: (now) => io.setContact(now),
    moveRex: (now) => io.setRex(now),
    green: () => readFileSync(join(dir, 'green'), 'utf8') === '1\n',
    breakGreen: (broken) => io.breakOutput('green', broken),
    weld: (welded) => io.weldRelay(welded),
    close: async () => rmSync(dir, { recursive: true }),
  };
}

doorIoContract('simulated door, guard in its own process', (found) => open('process', found));
doorIoContract('simulated door, guard on the virtual clock', (found) => open('in-process', found));

const simulated = suite('simulated door');

async function withVisitor(run: (io: SimulatedDoorIo, clock: VirtualClock, told: string[]) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-simulated-'));
  const clock = new VirtualClock();
  const io = new SimulatedDoorIo({ dir, clock, guard: 'in-process', visitor: { opensAfterMs: 800, openForMs: 3_000 } });
  const told: string[] = [];
  await io.start({ contact: (now) => told.push(`${now} at ${clock.monotonicMs()}`), rex() {}, fire() {}, relayFault() {} });
  await run(io, clock, told);
  await io.stop();
  rmSync(dir, { recursive: true });
}

simulated('the visitor opens the door after a release and closes it behind them', () => withVisitor(async (io, clock, told) => {
  await io.energise(5_000);
  clock.advance(10_000);
  assert.equal(told, ['open at 800', 'closed at 3800']);
}));

simulated('a visitor who finds the door locked again goes away', () => withVisitor(async (io, clock, told) => {
  await io.energise(5_000);
  clock.advance(500);
  await io.rest();
  clock.advance(10_000);
  assert.equal(told, []);
}));

simulated('renewed leases bring one visitor, not one a lease', () => withVisitor(async (io, clock, told) => {
  for (let i = 0; i < 20; i++) {
    await io.energise(1_500);
    clock.advance(500);
  }
  assert.equal(told, ['open at 800', 'closed at 3800']);
}));

simulated('a fire alarm is told', async () => {
  await withVisitor(async (io) => {
    io.setFire('alarm');
    assert.is(io.inputs.fire, 'alarm');
  });
});

simulated('a folder that cannot be written is refused with the mend', async () => {
  const io = new SimulatedDoorIo({ dir: '/dev/null/door', clock: new VirtualClock(), guard: 'in-process' });
  const thrown = await io.start({ contact() {}, rex() {}, fire() {}, relayFault() {} }).then(() => undefined, (error: unknown) => error);
  assert.instance(thrown, PosternError);
  assert.match((thrown as PosternError).message, /\/dev\/null\/door\/relay.*give the daemon a folder/);
});

simulated.run();
