import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep, systemClock } from '../../../daemon/base/clock.ts';
import { findChip, gpioNumber } from '../../../drivers/door-io/gpio-chip.ts';
import { OnoffRelayLine } from '../../../drivers/door-io/onoff-relay-line.ts';
import type { GpiodDoorIoOptions } from '../../../drivers/door-io/gpiod.ts';
import { GpiodDoorIo } from '../../../drivers/door-io/gpiod.ts';
import { OnoffDoorIo } from '../../../drivers/door-io/onoff.ts';
import { simulatedChip } from '../../support/simulated-chip.ts';
import { doorIoContract } from './contract.ts';

// A file of its own, for the guest of the hardware bench runs this and not what a fake sysfs or a chip of files shows anywhere.
const chip = simulatedChip();
if (chip) {
  const raw = (level: 'energised' | 'rest', activeLow: boolean): 0 | 1 => ((level === 'energised') === activeLow ? 0 : 1);
  for (const relayActiveLow of [false, true]) {
    doorIoContract(`onoff on a kernel with gpio-sim, energised by a ${relayActiveLow ? 'low' : 'high'} level`, async (found) => {
      const options = { clock: systemClock, relayPin: 5, relayActiveLow, contactPin: 6, rexPin: 7, debounceMs: 20, chipLabel: chip.label, outputs: { green: { pin: 8, activeLow: false } } };
      chip.pull(options.contactPin, 'down');
      chip.pull(options.rexPin, 'up');
      if (found === 'energised') await leaveEnergised(chip.label, options.relayPin, relayActiveLow);
      return {
        io: new OnoffDoorIo(options),
        another: () => new OnoffDoorIo(options),
        outside: () => (chip.level(options.relayPin) === raw('energised', relayActiveLow) ? 'energised' : 'rest'),
        isExclusive: true,
        green: () => chip.level(8) === 1,
        pass: (ms) => sleep(systemClock, ms),
        moveContact: (now) => chip.pull(options.contactPin, now === 'open' ? 'up' : 'down'),
        moveRex: (now) => chip.pull(options.rexPin, now === 'active' ? 'down' : 'up'),
        close: async () => {},
      };
    });
  }

  // Other lines: what sysfs has exported no character device gives away.
  for (const relayActiveLow of [false, true]) {
    doorIoContract(`gpiod on a kernel with gpio-sim, energised by a ${relayActiveLow ? 'low' : 'high'} level`, async () => {
      const options: GpiodDoorIoOptions = {
        clock: systemClock, relayPin: 10, relayActiveLow, contactPin: 11, contactPull: 'as-is', rexPin: 12, rexPull: 'as-is', debounceMs: 20, chipLabel: chip.label,
        outputs: { green: { pin: 13, activeLow: false } },
      };
      // The resistor at the relay's input: the kernel drives a line of a character device only while someone holds it.
      chip.pull(10, relayActiveLow ? 'up' : 'down');
      chip.pull(11, 'down');
      chip.pull(12, 'up');
      return {
        io: new GpiodDoorIo(options),
        another: () => new GpiodDoorIo(options),
        outside: () => ((chip.level(10) === 1) === relayActiveLow ? 'rest' : 'energised'),
        isExclusive: true,
        green: () => chip.level(13) === 1,
        pass: (ms) => sleep(systemClock, ms),
        moveContact: (now) => chip.pull(11, now === 'open' ? 'up' : 'down'),
        moveRex: (now) => chip.pull(12, now === 'active' ? 'down' : 'up'),
        close: async () => {},
      };
    });
  }
} else {
  process.stdout.write('skipped: the onoff and gpiod contracts on a real kernel, for this one has no gpio-sim chip in /sys/class/gpio; "npm run bench:hardware" runs it in a guest that has\n');
}

/** As a daemon and a guard that were killed at once leave their line: sysfs keeps the level. */
async function leaveEnergised(chipLabel: string, pin: number, activeLow: boolean): Promise<void> {
  const { Gpio } = await import('onoff');
  new OnoffRelayLine({ gpio: gpioNumber(findChip('/sys/class/gpio', chipLabel), pin), activeLow, Gpio }).write('energised');
}

const finding = suite('finding a simulated chip');

function sysWith(device: string): string {
  const sys = mkdtempSync(join(tmpdir(), 'postern-sys-'));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(sys, path)), { recursive: true });
    writeFileSync(join(sys, path), text);
  };
  put(`devices/platform/${device}/gpiochip0/sim_gpio2/value`, '1\n');
  put(`devices/platform/${device}/gpio/gpiochip512/label`, 'pinctrl-bcm2711\n');
  mkdirSync(join(sys, 'class/gpio'), { recursive: true });
  symlinkSync(join(sys, `devices/platform/${device}/gpio/gpiochip512`), join(sys, 'class/gpio/gpiochip512'));
  return sys;
}

for (const [device, isFound] of [['gpio-sim.0', true], ['fe200000.gpio', false]] as const) {
  finding(`a chip of ${device} is ${isFound ? 'found, with its wires' : 'left alone: real wires may hang on it'}`, () => {
    const sys = sysWith(device);
    const found = simulatedChip(sys);
    rmSync(sys, { recursive: true });
    assert.is(found?.label, isFound ? 'pinctrl-bcm2711' : undefined);
  });
}

finding.run();
