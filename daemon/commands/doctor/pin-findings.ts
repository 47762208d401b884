import { join } from 'node:path';
import type { Config } from '../../../config/schema.ts';
import { checkPin, findChip, isInSysfs, onlyChip } from '../../../drivers/door-io/gpio-chip.ts';
import { persistenceText } from '../../../drivers/door-io/gpio-persistence.ts';
import type { DeviceChip } from '../../../drivers/door-io/gpiod-chip.ts';
import { deviceChips } from '../../../drivers/door-io/gpiod-chip.ts';
import { powerOnWarning } from '../../../drivers/door-io/power-on-pull.ts';
import { messageOf } from '../../base/errors.ts';
import type { Finding } from './finding.ts';
import { bad, good, look } from './finding.ts';
import type { Machine } from './machine.ts';

export type PinConfig = Extract<Config['doorIo'], { relayPin: number }>;

interface NamedPin {
  name: string;
  pin: number;
}

/** The chip, who has each of the door's pins, and what becomes of the relay's when nobody has it. */
export async function pinFindings(doorIo: PinConfig, machine: Machine): Promise<Finding[]> {
  const { relayPin, contactPin, rexPin, firePin, tamperPin, relayActiveLow } = doorIo;
  const named = { relay: relayPin, contact: contactPin, rex: rexPin, fire: firePin, tamper: tamperPin };
  const pins = Object.entries(named).flatMap(([name, pin]) => (pin === undefined ? [] : [{ name, pin }]));
  const pull = powerOnWarning(relayPin, relayActiveLow);
  const persistence = persistenceText(join(machine.root, 'sys/module'));
  return [
    ...(await chipFindings(doorIo, pins, machine)),
    pull === undefined ? good('power-on pull', 'means rest') : bad('power-on pull', pull),
    ...(persistence === undefined ? [] : [look('pins let go', persistence)]),
  ];
}

async function chipFindings({ driver, chipLabel }: PinConfig, pins: NamedPin[], machine: Machine): Promise<Finding[]> {
  const sysfs = join(machine.root, 'sys/class/gpio');
  const drives = driver === 'auto' ? (isInSysfs(sysfs, chipLabel) ? 'onoff' : 'gpiod') : driver;
  try {
    const inSysfs = drives === 'onoff' ? findChip(sysfs, chipLabel) : undefined;
    const { chips, refused } = await deviceChips(machine.guard, pins.map(({ pin }) => pin));
    if (chips.length === 0 && refused.length > 0) return [bad('GPIO chip', `${refused.join('; ')}. Run the daemon as a user of the group gpio`)];
    const chip = onlyChip(chips, chipLabel, ({ path }) => path);
    const place = inSysfs ? `, in sysfs from ${inSysfs.base}` : '';
    return [good('GPIO chip', `${chip.label} at ${chip.path}, ${chip.lines} lines${place}, for ${drives}`), ...pins.map((each) => pinFinding(each, chip, drives))];
  } catch (thrown) {
    return [bad('GPIO chip', messageOf(thrown))];
  }
}

function pinFinding({ name, pin }: NamedPin, chip: DeviceChip, driver: 'onoff' | 'gpiod'): Finding {
  const what = `${name}, GPIO ${pin}`;
  try {
    checkPin(chip, pin);
  } catch (thrown) {
    return bad(what, messageOf(thrown));
  }
  const holder = chip.holders.get(pin);
  if (holder === undefined) return good(what, 'free');
  if (holder.startsWith('postern ')) return good(what, `held by "${holder}", a daemon that runs`);
  if (holder !== 'sysfs') return bad(what, `held by "${holder}". Stop it, or take its overlay out of config.txt`);
  if (driver === 'onoff') return good(what, 'exported in sysfs');
  return bad(what, `exported in sysfs, which is in the way of gpiod. Run "echo N > /sys/class/gpio/unexport" with its number there, or set doorIo.driver to onoff`);
}
