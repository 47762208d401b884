import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '../../config/schema.ts';
import { checkPin, onlyChip } from '../../drivers/door-io/gpio-chip.ts';
import { persistenceText } from '../../drivers/door-io/gpio-persistence.ts';
import type { DeviceChip } from '../../drivers/door-io/gpiod-chip.ts';
import { deviceChips } from '../../drivers/door-io/gpiod-chip.ts';
import { guardProgram } from '../../drivers/door-io/guard-program.ts';
import { powerOnWarning } from '../../drivers/door-io/power-on-pull.ts';
import { messageOf } from '../base/errors.ts';
import type { Command } from './command.ts';
import { openConfig } from './config-file.ts';

interface Finding {
  what: string;
  is: 'good' | 'look' | 'BAD';
  detail: string;
}

type Wired = Exclude<Config['doorIo'], { driver: 'simulated' | 'rhombus' }>;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Checks what a door needs of this machine, without moving anything',
  help: `Usage: postern doctor --config FILE

Looks at the config, the relay guard, the state folder, groups, GPIO chip and pins, and tells line by line what is good, what
is worth a look and what is BAD, with the mend. It moves no relay and opens no line, and may be run beside the daemon; run it as
the daemon's user (sudo -u postern …), or it tells what root may do.

  --config FILE   the door's config

Exit codes: 0 nothing is bad; 1 something is; 2 wrong usage, or the config is bad.
`,
  async run(args, { out }) {
    const { values } = parseArgs({ args, options: { config: { type: 'string' } } });
    const config = openConfig(values.config);
    const findings = await examine(config);
    const width = Math.max(...findings.map(({ what }) => what.length));
    for (const { what, is, detail } of findings) out.write(`${is.padEnd(4)}  ${what.padEnd(width)}  ${detail}\n`);
    return findings.some(({ is }) => is === 'BAD') ? 1 : 0;
  },
};

async function examine(config: Config): Promise<Finding[]> {
  const findings = [guardFinding(), stateFinding(config.stateDir), { what: 'camera', is: 'good' as const, detail: config.camera.driver }];
  if (config.doorIo.driver === 'simulated') return [...findings, { what: 'door', is: 'look', detail: 'simulated: no relay is moved' }];
  if (config.doorIo.driver === 'rhombus') return findings;
  return [...findings, ...groupFindings(), ...(await pinFindings(config.doorIo)), ...relayFindings(config.doorIo)];
}

function guardFinding(): Finding {
  const { status } = spawnSync(guardProgram, ['--help']);
  return status === 0 ? { what: 'relay guard', is: 'good', detail: guardProgram } : { what: 'relay guard', is: 'BAD', detail: `${guardProgram} does not run. Build it: npm run setup` };
}

function stateFinding(dir: string): Finding {
  const place = existsSync(dir) ? dir : dirname(dir);
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    return { what: 'state folder', is: 'good', detail: dir };
  } catch (thrown) {
    return { what: 'state folder', is: 'BAD', detail: `${messageOf(thrown)}. Give this user a stateDir to write in` };
  }
}

/** Of the groups that Debian gives pins and cameras to. */
function groupFindings(): Finding[] {
  if (process.getuid?.() === 0) return [{ what: 'groups', is: 'look', detail: 'this is root, which may everything; the daemon\'s user may not' }];
  const ours = new Set(process.getgroups?.() ?? []);
  const groups = readFileSync('/etc/group', 'utf8').split('\n').map((line) => line.split(':'));
  return ['gpio', 'video'].flatMap((name): Finding[] => {
    const id = groups.find(([each]) => each === name)?.[2];
    if (id === undefined) return [];
    return ours.has(Number(id)) ? [{ what: `group ${name}`, is: 'good', detail: 'member' }] : [{ what: `group ${name}`, is: 'BAD', detail: `this user is no member: sudo usermod -aG ${name} USER` }];
  });
}

async function pinFindings(doorIo: Wired): Promise<Finding[]> {
  const { relayPin, contactPin, rexPin, firePin, tamperPin } = doorIo;
  const pins = Object.entries({ relay: relayPin, contact: contactPin, rex: rexPin, fire: firePin, tamper: tamperPin }).flatMap(([name, pin]) => (pin === undefined ? [] : [{ name, pin }]));
  try {
    const { chips, refused } = await deviceChips(guardProgram, pins.map(({ pin }) => pin));
    if (chips.length === 0 && refused.length > 0) return [{ what: 'GPIO chip', is: 'BAD', detail: refused.join('; ') }];
    const chip = onlyChip(chips, doorIo.chipLabel, ({ path }) => path);
    return [{ what: 'GPIO chip', is: 'good', detail: `${chip.label} at ${chip.path}, ${chip.lines} lines` }, ...pins.map(({ name, pin }) => pinFinding(name, pin, chip))];
  } catch (thrown) {
    return [{ what: 'GPIO chip', is: 'BAD', detail: messageOf(thrown) }];
  }
}

function pinFinding(name: string, pin: number, chip: DeviceChip): Finding {
  const what = `${name}, GPIO ${pin}`;
  try {
    checkPin(chip, pin);
  } catch (thrown) {
    return { what, is: 'BAD', detail: messageOf(thrown) };
  }
  const holder = chip.holders.get(pin);
  if (holder === undefined) return { what, is: 'good', detail: 'free' };
  const isOurs = holder.startsWith('postern ');
  if (isOurs) return { what, is: 'good', detail: `held by "${holder}", a daemon that runs` };
  if (holder === 'sysfs') return { what, is: 'look', detail: 'exported in sysfs: right for the onoff driver, in the way of gpiod' };
  return { what, is: 'BAD', detail: `held by "${holder}". Stop it, or take its overlay out of config.txt` };
}

function relayFindings({ relayPin, relayActiveLow }: Wired): Finding[] {
  const pull = powerOnWarning(relayPin, relayActiveLow);
  const persistence = persistenceText();
  return [
    pull === undefined ? { what: 'power-on pull', is: 'good', detail: 'means rest' } : { what: 'power-on pull', is: 'BAD', detail: pull },
    ...(persistence === undefined ? [] : [{ what: 'pins let go', is: 'look' as const, detail: persistence }]),
  ];
}
