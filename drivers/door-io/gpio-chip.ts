import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';

export const SYSFS_GPIO = '/sys/class/gpio';

/** The chips of the 40-pin header, Pi 5 first. Others of the board (power, camera connector) have labels of their own. */
const HEADER_LABELS = ['pinctrl-rp1', 'pinctrl-bcm2711', 'pinctrl-bcm2835'];

export interface ChipPlace {
  label: string;
  lines: number;
}

export interface GpioChip extends ChipPlace {
  /** The number of its first line as sysfs counts: 512 since kernel 6.6, something over 570 on a Pi 5. */
  base: number;
}

/** The chips under `root`, which is `/sys/class/gpio`. */
function chipsUnder(root: string): GpioChip[] {
  const read = (chip: string, file: string): string => readFileSync(join(root, chip, file), 'utf8').trim();
  return readdirSync(root)
    .filter((name) => /^gpiochip\d+$/.test(name))
    .map((name) => ({ label: read(name, 'label'), base: Number(read(name, 'base')), lines: Number(read(name, 'ngpio')) }));
}

/** The one chip with the header's pins, or the one that the config names, in sysfs. Throws PosternError('gpio-chip'). */
export function findChip(root: string, label: string | undefined): GpioChip {
  return onlyChip(readChips(root), label, (chip) => String(chip.base));
}

/** Whether this kernel has the chip in sysfs; a question for `auto`. */
export function isInSysfs(root: string, label: string | undefined): boolean {
  try {
    return chipsUnder(root).some((chip) => fits(chip, label));
  } catch {
    return false;
  }
}

/** Throws PosternError('gpio-chip') on none or several: a guessed one could energise somebody else's wire. */
export function onlyChip<Chip extends ChipPlace>(chips: readonly Chip[], label: string | undefined, place: (chip: Chip) => string): Chip {
  const found = chips.filter((chip) => fits(chip, label));
  const [only, another] = found;
  if (only && !another) return only;
  const there = chips.map((chip) => chip.label).join(', ') || 'none';
  const wanted = label ?? HEADER_LABELS.join(', ');
  if (!only) throw new PosternError('gpio-chip', `No GPIO chip is labelled ${wanted}; there are: ${there}. Set doorIo.chipLabel to the one with the relay's pin.`);
  throw new PosternError('gpio-chip', `${found.length} GPIO chips fit (${found.map((chip) => `${chip.label} at ${place(chip)}`).join(', ')}). Set doorIo.chipLabel to a label that only one has.`);
}

function fits(chip: ChipPlace, label: string | undefined): boolean {
  return label === undefined ? HEADER_LABELS.includes(chip.label) : chip.label === label;
}

function readChips(root: string): GpioChip[] {
  try {
    return chipsUnder(root);
  } catch (thrown) {
    throw new PosternError('gpio-chip', `${root} cannot be read (${messageOf(thrown)}): this kernel has no GPIO through sysfs. Use a kernel with CONFIG_GPIO_SYSFS, or doorIo.driver: gpiod, which needs none.`, { cause: thrown });
  }
}

/** The sysfs number of a pin of `chip`. Throws PosternError('gpio-pin'). */
export function gpioNumber(chip: GpioChip, pin: number): number {
  checkPin(chip, pin);
  return chip.base + pin;
}

/** Throws PosternError('gpio-pin'). */
export function checkPin(chip: ChipPlace, pin: number): void {
  if (pin >= chip.lines) throw new PosternError('gpio-pin', `GPIO ${pin} does not exist: ${chip.label} has lines 0 to ${chip.lines - 1}. Correct the pin in the config.`);
}
