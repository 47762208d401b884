import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep, systemClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { DoorIoSink } from '../../../drivers/door-io/door-io.ts';
import type { GpiodDoorIoOptions } from '../../../drivers/door-io/gpiod.ts';
import { GpiodDoorIo } from '../../../drivers/door-io/gpiod.ts';
import { GpiodWires } from '../../../drivers/door-io/gpiod-wires.ts';
import { GuardlessRelayLine } from '../../../drivers/door-io/guardless-relay-line.ts';
import { eventually } from '../../support/eventually.ts';
import type { DoorIoBench } from './contract.ts';
import { doorIoContract } from './contract.ts';
import { FakeChip, fakeChipGuard } from './guard-build.ts';

const program = fakeChipGuard();
const RELAY = 17;
const CONTACT = 27;
const REX = 22;
const GREEN = 5;
const PINS = { relayPin: RELAY, relayActiveLow: false, contactPin: CONTACT, rexPin: REX, debounceMs: 20 };

/** A Pi whose chip is of files: the door closed, nobody at the button. */
function fakePi(): FakeChip {
  const chip = new FakeChip('pinctrl-bcm2711');
  chip.add('raspberrypi-exp-gpio', 8, 'gpiochip1');
  chip.drive(CONTACT, 0);
  chip.drive(REX, 1);
  chip.drive(RELAY, 0);
  return chip;
}

function driver(changed: Partial<GpiodDoorIoOptions> = {}): GpiodDoorIo {
  return new GpiodDoorIo({ ...PINS, clock: systemClock, program, ...changed });
}

for (const relayActiveLow of [false, true]) {
  doorIoContract(`gpiod on a chip of files, energised by a ${relayActiveLow ? 'low' : 'high'} level`, async (found): Promise<DoorIoBench> => {
    const chip = fakePi();
    const raw = (level: 'energised' | 'rest'): 0 | 1 => ((level === 'energised') === relayActiveLow ? 0 : 1);
    chip.drive(RELAY, raw(found));
    const options = { relayActiveLow, outputs: { green: { pin: GREEN, activeLow: !relayActiveLow } } };
    return {
      io: driver(options),
      another: () => driver(options),
      isExclusive: true,
      green: () => chip.raw(GREEN) === (relayActiveLow ? 1 : 0),
      outside: () => (chip.raw(RELAY) === raw('energised') ? 'energised' : 'rest'),
      pass: (ms) => sleep(systemClock, ms),
      moveContact: (now) => chip.drive(CONTACT, now === 'open' ? 1 : 0),
      moveRex: (now) => chip.drive(REX, now === 'active' ? 0 : 1),
      weld: (welded) => (welded ? chip.put(`${RELAY}.stuck`, String(raw('energised'))) : rmSync(join(chip.dir, 'of-gpiochip0', `${RELAY}.stuck`))),
      close: async () => rmSync(chip.dir, { recursive: true }),
    };
  });
}

// ---- What only this driver does ----

const gpiod = suite('gpiod');

class Told implements DoorIoSink {
  readonly heard: string[] = [];
  contact(now: string): void { this.heard.push(`contact ${now}`); }
  rex(now: string): void { this.heard.push(`rex ${now}`); }
  fire(now: string): void { this.heard.push(`fire ${now}`); }
  tamper(now: string): void { this.heard.push(`tamper ${now}`); }
  relayFault(detail: string | undefined): void { this.heard.push(`relay ${detail ?? 'well'}`); }
  inputFault(detail: string | undefined): void { this.heard.push(`inputs ${detail ?? 'well'}`); }
}

/** Starts a driver, which is stopped whatever comes. */
async function withDoor(changed: Partial<GpiodDoorIoOptions>, run: (o: { io: GpiodDoorIo; chip: FakeChip; told: Told }) => Promise<void>, chip = fakePi()): Promise<void> {
  const io = driver(changed);
  const told = new Told();
  try {
    await io.start(told);
    await run({ io, chip, told });
  } finally {
    await io.stop();
    rmSync(chip.dir, { recursive: true });
  }
}

async function refusal(changed: Partial<GpiodDoorIoOptions>, prepare: (chip: FakeChip) => void = () => {}): Promise<string> {
  const chip = fakePi();
  prepare(chip);
  const io = driver(changed);
  const thrown = await io.start(new Told()).then(() => undefined, (error: unknown) => error);
  rmSync(chip.dir, { recursive: true });
  assert.instance(thrown, PosternError);
  return (thrown as PosternError).message;
}

/** Has a line as another program does, until `run` is over. */
async function whileHeld(chip: FakeChip, pin: number, run: () => Promise<void>): Promise<void> {
  const holder = spawn(program, ['wires', '/dev/gpiochip0', `in:${pin}:as-is:high:0`], { env: { ...process.env, FAKE_GPIO: chip.dir }, stdio: ['pipe', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  try {
    await run();
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
  }
}

/** Children of this process that run the guard's program in a mode. */
function running(mode: 'guard' | 'wires'): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1] === mode;
    } catch {
      return false;
    }
  });
}

for (const relayActiveLow of [false, true]) {
  gpiod(`[S1] the self-test at the start never energises a relay that is active ${relayActiveLow ? 'low' : 'high'}`, () => withDoor({ relayActiveLow }, async ({ chip, io }) => {
    const rest = relayActiveLow ? '1' : '0';
    assert.match(chip.driven(RELAY), new RegExp(`^${rest}+$`));
    await io.stop();
    assert.match(chip.driven(RELAY), new RegExp(`^${rest}+$`));
  }));
}

gpiod('the guard has the relay\'s line, another process the inputs, each under its name', () => withDoor({}, async ({ chip }) => {
  assert.is(chip.read(`${RELAY}.held`), 'postern relay');
  assert.is(chip.read(`${CONTACT}.held`), 'postern door');
}));

gpiod('pulls and debouncing are asked of the kernel: none for what is told on its leading edge', () => withDoor(
  { firePin: 23, tamperPin: 24, tamperPull: 'down', rexPull: 'none', contactPull: 'as-is' },
  async ({ chip }) => {
    // GPIO_V2_LINE_FLAG_…: ACTIVE_LOW 2, INPUT 4, EDGE_RISING 10, EDGE_FALLING 20, BIAS_PULL_UP 100, _DOWN 200, _DISABLED 400
    const asked = [CONTACT, REX, 23, 24].map((pin) => chip.read(`${pin}.asked`).trim());
    assert.equal(asked, ['34 20000', '436 0', '134 0', '234 20000']);
  },
));

gpiod('a request to exit is told on its leading edge, and a bouncing one once [S2]', () => withDoor({ debounceMs: 200 }, async ({ chip, told }) => {
  for (let i = 0; i < 40; i++) {
    chip.drive(REX, 0);
    await sleep(systemClock, 1);
    chip.drive(REX, 1);
    await sleep(systemClock, 1);
  }
  chip.drive(REX, 0);
  await eventually('it is told', () => told.heard.includes('rex active'));
  await sleep(systemClock, 500);
  assert.equal(told.heard.filter((line) => line.startsWith('rex')), ['rex active']);
}));

gpiod('a contact that bounces at 1 kHz is told once it has settled', () => withDoor({ debounceMs: 500 }, async ({ chip, told }) => {
  for (let i = 0; i < 100; i++) {
    chip.drive(CONTACT, i % 2 === 0 ? 1 : 0);
    await sleep(systemClock, 1);
  }
  chip.drive(CONTACT, 1);
  await eventually('it is told', () => told.heard.includes('contact open'));
  await sleep(systemClock, 700);
  assert.is(told.heard.filter((line) => line.startsWith('contact')).length, 1);
}));

gpiod('an opened housing and a fire alarm are told, and an open wire is one', () => withDoor({ firePin: 23, tamperPin: 24 }, async ({ io, chip, told }) => {
  assert.equal([io.inputs.fire, io.inputs.tamper], ['normal', 'normal']);
  chip.drive(24, 1);
  await eventually('tamper is told', () => told.heard.includes('tamper alarm'));
  chip.drive(23, 1);
  await eventually('fire is told', () => told.heard.includes('fire alarm'));
  assert.equal([io.inputs.fire, io.inputs.tamper], ['alarm', 'alarm']);
}, (() => {
  const chip = fakePi();
  chip.drive(23, 0);
  chip.drive(24, 0);
  return chip;
})()));

gpiod('inputs that are not wired are absent, and need no process', () => withDoor({ contactPin: undefined as never, rexPin: undefined as never }, async ({ io }) => {
  assert.equal(io.inputs, { contact: 'absent', rex: 'absent', fire: 'absent', tamper: 'absent' });
  assert.equal(running('wires'), []);
}));

gpiod('[S1] a guard that is killed: the relay is brought to rest and another one started', () => withDoor({}, async ({ io, chip, told }) => {
  await io.energise(200_000);
  for (const pid of running('guard')) process.kill(pid, 'SIGKILL');
  await eventually('the fault is told', () => told.heard.some((line) => line.includes('guard is gone')));
  assert.is(chip.raw(RELAY), 0);
  await eventually('it is well again', () => told.heard.at(-1) === 'relay well');
  await io.energise(200_000);
  assert.is(chip.raw(RELAY), 1);
}));

gpiod('[S1] a guard that is stopped while it has the line: it is killed and the relay rests within a second of the lease\'s end', () => withDoor({}, async ({ io, chip, told }) => {
  await io.energise(500);
  const [pid = 0] = running('guard');
  process.kill(pid, 'SIGSTOP');
  await eventually('the fault is told', () => told.heard.some((line) => line.includes('did not end a lease')));
  assert.is(chip.raw(RELAY), 0);
}));

gpiod('[S1] where no guard is, the driver\'s own hand rests the relay, says when it could not, and never energises it', () => {
  const chip = fakePi();
  const spec = { kind: 'chip', chipLabel: 'pinctrl-bcm2711', pin: RELAY, activeLow: false } as const;
  const hand = new GuardlessRelayLine(spec, program);
  chip.drive(RELAY, 1);
  assert.throws(() => hand.write('energised'), /by its guard alone/);
  hand.write('rest');
  assert.is(chip.raw(RELAY), 0);
  assert.not.match(chip.driven(RELAY), /1/);
  chip.put(`${RELAY}.unreadable`, '5');
  assert.throws(() => hand.write('rest'), /level cannot be read/);
  rmSync(join(chip.dir, 'of-gpiochip0', `${RELAY}.unreadable`));
  chip.put(`${RELAY}.stuck`, '1');
  assert.throws(() => hand.write('rest'), /reads energised after it was told to rest/);
  assert.throws(() => new GuardlessRelayLine(spec, '/nonexistent/postern-guard').write('rest'), /ENOENT/);
  rmSync(chip.dir, { recursive: true });
});

gpiod('a process of inputs that is killed is told and replaced; what moved meanwhile is told then', () => withDoor({}, async ({ chip, told }) => {
  for (const pid of running('wires')) process.kill(pid, 'SIGSTOP');
  chip.drive(CONTACT, 1);
  for (const pid of running('wires')) process.kill(pid, 'SIGKILL');
  await eventually('the fault is told', () => told.heard.some((line) => line.startsWith('inputs The process')));
  await eventually('it is well again', () => told.heard.at(-1) === 'inputs well');
  assert.ok(told.heard.includes('contact open'));
}));

gpiod('a process of inputs takes no signal that reaches the daemon too', () => withDoor({}, async ({ chip, told }) => {
  const before = running('wires');
  for (const pid of before) for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
  chip.drive(CONTACT, 1);
  await eventually('the contact is told', () => told.heard.includes('contact open'));
  assert.equal(running('wires'), before);
}));

gpiod('the line of the relay is written down before it is energised', () => {
  const chip = fakePi();
  const lineFile = join(chip.dir, 'relay-line');
  return withDoor({ lineFile, relayActiveLow: true }, async () => {
    assert.is(readFileSync(lineFile, 'utf8'), 'chip\npinctrl-bcm2711\n17\nlow\n');
  }, chip);
});

gpiod('bad pins and chips are refused with the mend', async () => {
  const tried: [string, Partial<GpiodDoorIoOptions>, (chip: FakeChip) => void, RegExp][] = [
    ['a label that no chip has', { chipLabel: 'pinctrl-rp1' }, () => {}, /No GPIO chip is labelled pinctrl-rp1; there are: .*pinctrl-bcm2711.*Set doorIo\.chipLabel/],
    ['two chips that fit', {}, (chip) => chip.add('pinctrl-rp1', 54, 'gpiochip4'), /2 GPIO chips fit \(.*\/dev\/gpiochip4.*Set doorIo\.chipLabel/],
    ['two chips of one label', {}, (chip) => chip.add('pinctrl-bcm2711', 54, 'gpiochip4'), /2 GPIO chips fit/],
    ['a pin that does not exist', { contactPin: 60 }, () => {}, /GPIO 60 does not exist: pinctrl-bcm2711 has lines 0 to 53/],
    ['a relay that may not be had', {}, (chip) => chip.put(`${RELAY}.refuse`, '13'), /Cannot use the relay on GPIO 17.*usermod -aG gpio/],
    ['a contact that may not be had', {}, (chip) => chip.put(`${CONTACT}.refuse`, '1'), /Cannot use the contact on GPIO 27.*usermod -aG gpio/],
    ['a line that the kernel does not know', {}, (chip) => chip.put(`${REX}.refuse`, '22'), /Cannot use the request to exit on GPIO 22.*no such line/],
  ];
  for (const [what, changed, prepare, sentence] of tried) assert.match(await refusal(changed, prepare), sentence, what);
});

gpiod('a line that is taken is refused with the name of who has it', async () => {
  for (const [pin, what] of [[RELAY, 'the relay'], [CONTACT, 'the contact']] as const) {
    const chip = fakePi();
    const io = driver();
    await whileHeld(chip, pin, async () => {
      const thrown = await io.start(new Told()).then(() => undefined, (error: unknown) => error as Error);
      assert.match(thrown?.message ?? '', new RegExp(`Cannot use ${what} on GPIO ${pin} .*it is held by "postern door"`));
    });
    assert.equal([...running('guard'), ...running('wires')], [], 'nothing is left running');
    rmSync(chip.dir, { recursive: true });
  }
});

gpiod('a second door on the relay\'s pin of the first is refused by name, and the first keeps its relay released', () => withDoor({}, async ({ io, chip }) => {
  await io.energise(200_000);
  const second = driver({ contactPin: undefined as never, rexPin: undefined as never });
  const thrown = await second.start(new Told()).then(() => undefined, (error: unknown) => error as Error);
  assert.match(thrown?.message ?? '', /^Cannot use the relay on GPIO 17 \(\/dev\/gpiochip0\): it is held by "postern relay"\. Stop it/);
  assert.is(chip.raw(RELAY), 1);
}));

gpiod('a missing guard program is refused with the mend', async () => {
  assert.match(await refusal({ program: '/nonexistent/postern-guard' }), /npm run setup/);
});

gpiod('outputs are switched, are off at the start and when the process ends, and a failing one is told', async () => {
  const chip = fakePi();
  chip.drive(5, 1);
  const faults: (string | undefined)[] = [];
  const wires = new GpiodWires({
    program, chipPath: '/dev/gpiochip0', clock: systemClock, onLevel() {}, onFault: (detail) => faults.push(detail),
    wires: [{ is: 'output', pin: 5, activeLow: false, what: 'the green lamp' }, { is: 'output', pin: 6, activeLow: true, what: 'the buzzer' }],
  });
  await wires.start();
  assert.equal([chip.raw(5), chip.raw(6)], [0, 1]);
  wires.set(5, true);
  wires.set(6, true);
  await eventually('both are on', () => chip.raw(5) === 1 && chip.raw(6) === 0);
  chip.put('5.stuck', '1');
  wires.set(5, false);
  await eventually('the fault is told', () => faults.some((fault) => /the green lamp on GPIO 5.*reads on after it was switched off/.test(fault ?? '')));
  chip.put('6.refuse', '5');
  wires.set(6, false);
  await eventually('the fault is told', () => faults.some((fault) => /the buzzer on GPIO 6.*level cannot be set/.test(fault ?? '')));
  rmSync(join(chip.dir, 'of-gpiochip0', '6.refuse'));
  await wires.stop();
  assert.equal([chip.raw(5), chip.raw(6)], [0, 1]);
  rmSync(chip.dir, { recursive: true });
});

gpiod.run();
