import type { z } from 'zod';
import { about } from './fields.ts';

/** Every key that names a GPIO pin, those of the door first: a lamp gives way to a relay. */
const PIN_KEYS = [
  'doorIo.relayPin', 'doorIo.contactPin', 'doorIo.rexPin', 'doorIo.firePin', 'doorIo.tamperPin',
  'feedback.greenPin', 'feedback.redPin', 'feedback.buzzerPin', 'light.pin',
];

/** Adds a rule for each two keys of different sections, or of feedback: no two wires on one pin. The door's own are its section's matter. */
export function withPinRules<T extends z.ZodType>(schema: T): T {
  let ruled = schema;
  for (const [i, first] of PIN_KEYS.entries()) {
    for (const second of PIN_KEYS.slice(i + 1)) {
      if (second.startsWith('doorIo.')) continue;
      const areTwo = (config: unknown): boolean => pinAt(config, first) === undefined || pinAt(config, first) !== pinAt(config, second);
      ruled = ruled.refine(areTwo, about([second, first], `must be another pin than ${first}`));
    }
  }
  return ruled;
}

function pinAt(config: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined), config);
}
