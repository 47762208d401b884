import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../../../daemon/base/clock.ts';
import { VirtualClock, sleep, systemClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { DoorIoSink } from '../../../drivers/door-io/door-io.ts';
import type { OnoffDoorIoOptions } from '../../../drivers/door-io/onoff.ts';
import { OnoffDoorIo } from '../../../drivers/door-io/onoff.ts';
import { powerOnWarning } from '../../../drivers/door-io/power-on-pull.ts';
import type { DoorIoBench } from './contract.ts';
import { doorIoContract } from './contract.ts';
import { FakeSysfs } from './fake-sysfs.ts';

const BASE = 512;
const PINS = { relayPin: 17, relayActiveLow: false, contactPin: 27, contactActiveLow: false, rexPin: 22, rexActiveLow: true, debounceMs: 50 };
const RELAY = BASE + PINS.relayPin;
const CONTACT = BASE + PINS.contactPin;
const REX = BASE + PINS.rexPin;
const GREEN = BASE + 6;

const deaf: DoorIoSink = { contact() {}, rex() {}, fire() {}, relayFault() {} };

const made: string[] = [];

function emptySysfs(): FakeSysfs {
  const root = mkdtempSync(join(tmpdir(), 'postern-sysfs-'));
  made.push(root);
  return new FakeSysfs(root);
}

/** A Pi on a fake tree: the door closed, nobody at the button. */
function fakePi(): FakeSysfs {
  const sysfs = emptySysfs();
  sysfs.addChip('pinctrl-bcm2711', BASE);
  sysfs.addChip('raspberrypi-exp-gpio', 570, 8);
  for (const gpio of [CONTACT, REX]) sysfs.export(gpio);
  sysfs.drive(REX, 1);
  return sysfs;
}

function driver(sysfs: FakeSysfs, clock: Clock, changed: Partial<OnoffDoorIoOptions> = {}): OnoffDoorIo {
  return new OnoffDoorIo({ ...PINS, clock, sysfs: sysfs.root, Gpio: sysfs.Gpio, guard: 'in-process', ...changed });
}

function benchOn(sysfs: FakeSysfs, found: 'energised' | 'rest', relayActiveLow: boolean, clock: Clock, pass: DoorIoBench['pass'], guard: 'process' | 'in-process'): DoorIoBench {
  const raw = (level: 'energised' | 'rest'): 0 | 1 => ((level === 'energised') === relayActiveLow ? 0 : 1);
  sysfs.export(RELAY);
  sysfs.put(`gpio${RELAY}/direction`, 'out');
  sysfs.put(`gpio${RELAY}/value`, String(raw(found)));
  // The lamp's polarity is the other than the relay's, so that both are tried.
  const outputs = { green: { pin: 6, activeLow: !relayActiveLow } };
  const open = (): OnoffDoorIo => driver(sysfs, clock, { relayActiveLow, guard, outputs });
  return {
    io: open(),
    another: open,
    ...(guard === 'process' && { isExclusive: true }),
    outside: () => (sysfs.raw(RELAY) === raw('energised') ? 'energised' : 'rest'),
    pass,
    moveContact: (now) => sysfs.drive(CONTACT, now === 'open' ? 1 : 0),
    moveRex: (now) => sysfs.drive(REX, now === 'active' ? 0 : 1),
    green: () => sysfs.raw(GREEN) === (relayActiveLow ? 1 : 0),
    breakGreen: (broken) => (broken ? sysfs.put(`gpio${GREEN}/stuck`, relayActiveLow ? '1' : '0') : rmSync(join(sysfs.root, `gpio${GREEN}/stuck`))),
    weld: (welded) => (welded ? sysfs.put(`gpio${RELAY}/stuck`, String(raw('energised'))) : rmSync(join(sysfs.root, `gpio${RELAY}/stuck`))),
    close: async () => {},
  };
}

for (const activeLow of [false, true]) {
  doorIoContract(`onoff on a fake sysfs, energised by a ${activeLow ? 'low' : 'high'} level`, async (found) => {
    const clock = new VirtualClock();
    return benchOn(fakePi(), found, activeLow, clock, (ms) => clock.advanceTo(clock.monotonicMs() + ms, () => Promise.resolve()), 'in-process');
  });
}

doorIoContract('onoff on a fake sysfs, guard in its own process', async (found) => {
  // Files do not apply active_low to each other, nor weld; the guard sees them without the fake between.
  const bench = benchOn(fakePi(), found, false, systemClock, (ms) => sleep(systemClock, ms), 'process');
  delete bench.weld;
  return bench;
});

// ---- What only this driver does ----
const onoff = suite('onoff');

async function refusal(io: OnoffDoorIo): Promise<PosternError> {
  const thrown = await io.start(deaf).then(() => undefined, (error: unknown) => error);
  assert.instance(thrown, PosternError);
  return thrown as PosternError;
}

onoff('[S1] an active-low relay is never driven low on the way to rest', async () => {
  const sysfs = fakePi();
  const io = driver(sysfs, new VirtualClock(), { relayActiveLow: true });
  await io.start(deaf);
  assert.ok(sysfs.driven.length > 0 && sysfs.driven.every((raw) => raw === 1), sysfs.driven.join());
  await io.stop();
  assert.is(sysfs.raw(RELAY), 1);
  assert.is(sysfs.read(RELAY, 'direction'), 'out', 'and it stays driven to rest');
});

onoff('[S1] an active-high relay is never driven high on the way to rest', async () => {
  const sysfs = fakePi();
  const io = driver(sysfs, new VirtualClock());
  await io.start(deaf);
  assert.ok(sysfs.driven.length > 0 && sysfs.driven.every((raw) => raw === 0), sysfs.driven.join());
  await io.stop();
});

onoff('a line whose direction cannot be set is refused, though onoff keeps quiet about it', async () => {
  const sysfs = fakePi();
  sysfs.export(RELAY);
  sysfs.put(`gpio${RELAY}/direction-fixed`, '');
  assert.match((await refusal(driver(sysfs, new VirtualClock()))).message, /relay on GPIO 17 \(sysfs 529\).*direction reads "in"/);
});

onoff('[S1] a line whose polarity cannot be set is refused: its levels would mean the opposite', async () => {
  const sysfs = fakePi();
  sysfs.export(RELAY);
  sysfs.put(`gpio${RELAY}/active_low-fixed`, '');
  assert.match((await refusal(driver(sysfs, new VirtualClock(), { relayActiveLow: true }))).message, /relay on GPIO 17 \(sysfs 529\).*active_low reads false/);
});

const chips: Record<string, { chips: [string, number][]; label?: string; says: RegExp }> = {
  'no chip at all': { chips: [], says: /pinctrl-rp1, pinctrl-bcm2711, pinctrl-bcm2835; there are: none/ },
  'chips of another board': { chips: [['INT33FC:00', 300]], says: /there are: INT33FC:00\. Set doorIo\.chipLabel/ },
  'two that fit': { chips: [['pinctrl-rp1', 571], ['pinctrl-bcm2835', 512]], says: /2 GPIO chips fit \(.*pinctrl-rp1 at 571/ },
  'two of the configured label': { chips: [['mine', 300], ['mine', 400]], label: 'mine', says: /2 GPIO chips fit/ },
  'not the configured one': { chips: [['pinctrl-rp1', 571]], label: 'mine', says: /labelled mine; there are: pinctrl-rp1/ },
};
for (const [name, { chips: there, label, says }] of Object.entries(chips)) {
  onoff(`refused: ${name}`, async () => {
    const sysfs = emptySysfs();
    for (const [chipLabel, base] of there) sysfs.addChip(chipLabel, base);
    const error = await refusal(driver(sysfs, new VirtualClock(), label === undefined ? {} : { chipLabel: label }));
    assert.is(error.code, 'gpio-chip');
    assert.match(error.message, says);
  });
}

onoff('the pins count from the base of the chip that fits', async () => {
  const sysfs = emptySysfs();
  sysfs.addChip('gpio-brcmstb@107d508500', 512, 32);
  sysfs.addChip('pinctrl-rp1', 571);
  const io = driver(sysfs, new VirtualClock());
  await io.start(deaf);
  assert.ok(sysfs.isExported(571 + 17));
  await io.stop();
});

onoff('a kernel without sysfs GPIO is told so', async () => {
  const io = new OnoffDoorIo({ ...PINS, clock: new VirtualClock(), sysfs: '/no/such/tree' });
  assert.match((await refusal(io)).message, /no GPIO through sysfs/);
});

onoff('a pin that the chip does not have is refused', async () => {
  assert.match((await refusal(driver(fakePi(), new VirtualClock(), { relayPin: 54 }))).message, /GPIO 54 does not exist: pinctrl-bcm2711 has lines 0 to 53/);
});

const mends: Record<string, RegExp> = {
  EBUSY: /something else holds the line.*gpioinfo/, EACCES: /group gpio/, EPERM: /group gpio/, EINVAL: /no such line/, ENOENT: /ls \/sys\/class\/gpio/, EIO: /EIO/,
};
for (const [code, mend] of Object.entries(mends)) {
  onoff(`${code} is told with its mend, and no guard is left behind`, async () => {
    const sysfs = fakePi();
    sysfs.put('refuse', code);
    const error = await refusal(driver(sysfs, new VirtualClock()));
    assert.is(error.code, 'gpio-pin');
    assert.match(error.message, /the relay on GPIO 17 \(sysfs 529\)/);
    assert.match(error.message, mend);
  });
}

onoff('an input that is refused leaves the relay at rest', async () => {
  const sysfs = fakePi();
  sysfs.put(`gpio${REX}/direction`, 'out');
  sysfs.put(`gpio${REX}/direction-fixed`, '');
  assert.match((await refusal(driver(sysfs, new VirtualClock()))).message, /the request to exit on GPIO 22/);
  assert.is(sysfs.raw(RELAY), 0);
});

async function withInputs(run: (sysfs: FakeSysfs, clock: VirtualClock, told: string[]) => void, changed: Partial<OnoffDoorIoOptions> = {}): Promise<void> {
  const sysfs = fakePi();
  const clock = new VirtualClock();
  const told: string[] = [];
  const io = driver(sysfs, clock, changed);
  const at = (what: string): void => void told.push(`${what} at ${clock.monotonicMs()}`);
  await io.start({ contact: at, rex: at, fire: at, relayFault: () => {} });
  run(sysfs, clock, told);
  await io.stop();
}

onoff('[S2] a request to exit is told on its leading edge and ends when it has settled', () => withInputs((sysfs, clock, told) => {
  clock.advance(100);
  sysfs.drive(REX, 0);
  assert.equal(told, ['active at 100']);
  clock.advance(10);
  sysfs.drive(REX, 1);
  clock.advance(200);
  assert.equal(told, ['active at 100', 'idle at 160']);
}));

onoff('a contact is told when it has settled', () => withInputs((sysfs, clock, told) => {
  for (let i = 0; i < 9; i++) {
    sysfs.drive(CONTACT, (i + 1) % 2 as 0 | 1);
    clock.advance(5);
  }
  assert.equal(told, []);
  clock.advance(100);
  assert.equal(told, ['open at 90']);
}));

onoff('inputs that bounce at 1 kHz for five seconds tell one request and nothing else', () => withInputs((sysfs, clock, told) => {
  for (let ms = 0; ms < 5_000; ms++) {
    sysfs.drive(CONTACT, (ms + 1) % 2 as 0 | 1);
    sysfs.drive(REX, ms % 2 as 0 | 1);
    clock.advance(1);
  }
  assert.equal(told, ['active at 0']);
}));

onoff('a fire contact is normally closed to ground: an open wire is an alarm', () => withInputs((sysfs, _clock, told) => {
  sysfs.drive(BASE + 5, 1);
  assert.equal(told, ['alarm at 0']);
}, { firePin: 5 }));

for (const activeLow of [false, true]) {
  onoff(`an output that is on by a ${activeLow ? 'low' : 'high'} level never flashes on its way to off`, async () => {
    const sysfs = fakePi();
    const io = driver(sysfs, new VirtualClock(), { relayActiveLow: activeLow, outputs: { buzzer: { pin: 6, activeLow } } });
    await io.start(deaf);
    await io.stop();
    assert.ok(sysfs.driven.length > 2 && sysfs.driven.every((raw) => raw === (activeLow ? 1 : 0)), sysfs.driven.join());
    assert.is(sysfs.raw(GREEN), activeLow ? 1 : 0);
  });
}

onoff('an output on a pin that the chip does not have lets the door start, and says so when it is used', async () => {
  const io = driver(fakePi(), new VirtualClock(), { outputs: { red: { pin: 54, activeLow: false } } });
  await io.start(deaf);
  assert.throws(() => io.outputs.red?.set(true), /GPIO 54 does not exist/);
  await io.stop();
});

onoff('an output whose line cannot be made one names its pin and the mend', async () => {
  const sysfs = fakePi();
  const io = driver(sysfs, new VirtualClock(), { outputs: { red: { pin: 6, activeLow: false } } });
  sysfs.export(GREEN);
  sysfs.put(`gpio${GREEN}/direction-fixed`, '');
  await io.start(deaf);
  assert.throws(() => io.outputs.red?.set(true), /the red output on GPIO 6: .*direction reads "in"/);
  await io.stop();
});

onoff('[S1] a pin whose power-on pull would energise the relay is warned of', () => {
  assert.is(powerOnWarning(17, false), undefined);
  assert.is(powerOnWarning(4, true), undefined);
  assert.match(powerOnWarning(17, true) ?? '', /pulled down.*"gpio=17=op,dh"/);
  assert.match(powerOnWarning(4, false) ?? '', /pulled up.*"gpio=4=op,dl"/);
  assert.is(driver(fakePi(), new VirtualClock(), { relayActiveLow: true }).warnings.length, 1);
});

onoff.after(() => {
  for (const root of made) rmSync(root, { recursive: true });
});

onoff('an opened housing is told, and an open wire is one', async () => {
  const sysfs = fakePi();
  const clock = new VirtualClock();
  sysfs.export(BASE + 24);
  const io = driver(sysfs, clock, { tamperPin: 24 });
  const heard: string[] = [];
  await io.start({ ...deaf, tamper: (now) => heard.push(now) });
  assert.is(io.inputs.tamper, 'normal');
  sysfs.drive(BASE + 24, 1);
  clock.advance(50);
  assert.is(io.inputs.tamper, 'alarm');
  assert.equal(heard, ['alarm']);
  await io.stop();
});

onoff('the line of the relay is written down before it is energised [S1]', async () => {
  const sysfs = fakePi();
  const lineFile = join(sysfs.root, 'state/relay-line');
  const io = driver(sysfs, new VirtualClock(), { lineFile });
  await io.start(deaf);
  assert.is(readFileSync(lineFile, 'utf8'), `sysfs\npinctrl-bcm2711:17\nhigh\n${sysfs.root}\n`);
  await io.stop();
});

onoff('a state folder that cannot be written is refused before the relay is touched', async () => {
  const sysfs = fakePi();
  assert.is((await refusal(driver(sysfs, new VirtualClock(), { lineFile: '/dev/null/relay-line' }))).code, 'relay-line-file');
  assert.not.ok(sysfs.isExported(RELAY));
});

onoff.run();
