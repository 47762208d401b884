import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MODULES = ['pinctrl_bcm2835', 'pinctrl_rp1'];

/**
 * What becomes of a line that is let go while it is driven, in a sentence, as the pin controller's parameter
 * `persist_gpio_outputs` says; undefined where no such controller is. `root` is `/sys/module`.
 */
export function persistenceText(root = '/sys/module'): string | undefined {
  for (const name of MODULES) {
    const value = parameterIn(join(root, name, 'parameters/persist_gpio_outputs'));
    if (value === 'Y' || value === '1') return `persist_gpio_outputs of ${name} is Y: a pin that is let go keeps its last level. The relay guard, ExecStopPost= and postern-rest@ are what rests the relay.`;
    if (value !== undefined) return `persist_gpio_outputs of ${name} is ${value}: a pin that is let go becomes an input, and its pull decides. Choose one whose pull means rest.`;
  }
  return undefined;
}

function parameterIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
