import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { ChipPlace } from './gpio-chip.ts';
import { onlyChip } from './gpio-chip.ts';
import { childError } from './guard-program.ts';

/** A chip as the character device tells of it, and who has those of its lines that were asked about. */
export interface DeviceChip extends ChipPlace {
  path: string;
  /** By pin; a consumer's name, or undefined for a line that is free. */
  holders: Map<number, string | undefined>;
}

/** The chips that may be opened, and why others may not. Throws PosternError('gpio-chip'). */
export async function deviceChips(program: string, pins: readonly number[]): Promise<{ chips: DeviceChip[]; refused: string[] }> {
  const output = await promisify(execFile)(program, ['chips', ...pins.map(String)], { timeout: 10_000 }).catch((thrown: unknown) => {
    const why = thrown instanceof Error ? childError(program, thrown) : messageOf(thrown);
    throw new PosternError('gpio-chip', `The GPIO chips cannot be looked at: ${why}.`, { cause: thrown });
  });
  const chips = new Map<string, DeviceChip>();
  const refused: string[] = [];
  for (const line of output.stdout.split('\n')) {
    const [kind, path = '', number, ...rest] = line.split(' ');
    if (kind === 'chip') chips.set(path, { path, label: rest.join(' '), lines: Number(number), holders: new Map() });
    if (kind === 'pin') chips.get(path)?.holders.set(Number(number), rest[0] === 'held' ? rest.slice(1).join(' ') : undefined);
    if (kind === 'refused') refused.push(line.slice('refused '.length));
  }
  return { chips: [...chips.values()], refused };
}

/** The one chip with the header's pins, or the one that the config names. Throws PosternError('gpio-chip'). */
export async function findDeviceChip(program: string, label: string | undefined, pins: readonly number[]): Promise<DeviceChip> {
  const { chips, refused } = await deviceChips(program, pins);
  if (chips.length === 0 && refused.length > 0) {
    throw new PosternError('gpio-chip', `No GPIO chip may be opened (${refused.join('; ')}). Run the daemon as a user of the group gpio (\`sudo usermod -aG gpio postern\`) and restart it.`);
  }
  return onlyChip(chips, label, (chip) => chip.path);
}
