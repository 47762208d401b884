import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';

/** The chips of the 40-pin header, Pi 5 first. Others of the board (power, camera connector) have labels of their own. */
const HEADER_LABELS = ['pinctrl-rp1', 'pinctrl-bcm2711', 'pinctrl-bcm2835'];

export interface GpioChip {
  label: string;
  /** The number of its first line as sysfs counts: 512 since kernel 6.6, something over 570 on a Pi 5. */
  base: number;
  lines: number;
}

/** The chips under `root`, which is `/sys/class/gpio`. */
function chipsUnder(root: string): GpioChip[] {
  const read = (chip: string, file: string): string => readFileSync(join(root, chip, file), 'utf8').trim();
  return readdirSync(root)
    .filter((name) => /^gpiochip\d+$/.test(name))
    .map((name) => ({ label: read(name, 'label'), base: Number(read(name, 'base')), lines: Number(read(name, 'ngpio')) }));
}

/**
 * The one chip with the header's pins, or the one that the config names.
 * Throws PosternError('gpio-chip') on none or several: a guessed one could energise somebody else's wire.
 */
export function findChip(root: string, label: string | undefined): GpioChip {
  const chips = readChips(root);
  const found = chips.filter((chip) => (label === undefined ? HEADER_LABELS.includes(chip.label) : chip.label === label));
  const [only, another] = found;
  if (only && !another) return only;
  const there = chips.map((chip) => chip.label).join(', ') || 'none';
  const wanted = label ?? HEADER_LABELS.join(', ');
  if (!only) throw new PosternError('gpio-chip', `No GPIO chip is labelled ${wanted}; there are: ${there}. Set doorIo.chipLabel to the one with the relay's pin.`);
  throw new PosternError('gpio-chip', `${found.length} GPIO chips fit (${found.map((chip) => `${chip.label} at ${chip.base}`).join(', ')}). Set doorIo.chipLabel to a label that only one has.`);
}

function readChips(root: string): GpioChip[] {
  try {
    return chipsUnder(root);
  } catch (thrown) {
    throw new PosternError('gpio-chip', `${root} cannot be read (${messageOf(thrown)}): this kernel has no GPIO through sysfs. Use a kernel with CONFIG_GPIO_SYSFS, or another door driver.`, { cause: thrown });
  }
}

/** The sysfs number of a pin of `chip`. Throws PosternError('gpio-pin'). */
export function gpioNumber(chip: GpioChip, pin: number): number {
  if (pin < chip.lines) return chip.base + pin;
  throw new PosternError('gpio-pin', `GPIO ${pin} does not exist: ${chip.label} has lines 0 to ${chip.lines - 1}. Correct the pin in the config.`);
}
