import { existsSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A gpio-sim chip: nothing is wired to it, and both sides of its lines are files. */
export class SimulatedChip {
  readonly label: string;
  readonly #dir: string;

  constructor(label: string, dir: string) {
    this.label = label;
    this.#dir = dir;
  }

  /** The level on the wire, as someone with a voltmeter sees it. */
  level(line: number): 0 | 1 {
    return readFileSync(join(this.#dir, `sim_gpio${line}/value`), 'utf8').trim() === '1' ? 1 : 0;
  }

  /** What the wire carries unless the kernel drives it. */
  pull(line: number, to: 'up' | 'down'): void {
    writeFileSync(join(this.#dir, `sim_gpio${line}/pull`), `pull-${to}`);
  }
}

/** The first gpio-sim chip of a `/sys`; undefined where there is none. A board's own chip is never taken for one. */
export function simulatedChip(sys = '/sys'): SimulatedChip | undefined {
  const root = join(sys, 'class/gpio');
  const chips = existsSync(root) ? readdirSync(root).filter((name) => name.startsWith('gpiochip')) : [];
  for (const chip of chips) {
    const device = /^.*\/devices\/platform\/gpio-sim\.\d+/.exec(realpathSync(join(root, chip)))?.[0];
    const bank = device && readdirSync(device).find((name) => existsSync(join(device, name, 'sim_gpio2')));
    if (device && bank) return new SimulatedChip(readFileSync(join(root, chip, 'label'), 'utf8').trim(), join(device, bank));
  }
  return undefined;
}
