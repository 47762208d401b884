import type { z } from 'zod';
import { about } from './fields.ts';

type Pair = readonly [first: string, second: string];

/** Each two of the keys, in their order. */
export function pairsOf(keys: readonly string[]): Pair[] {
  return keys.flatMap((first, i) => keys.slice(i + 1).map((second): Pair => [first, second]));
}

/** Adds a rule for each pair of keys (`relayPin`, or `doorIo.relayPin` from further up): no two wires on one pin. The second is blamed. */
export function withPinRules<T extends z.ZodType>(schema: T, pairs: readonly Pair[]): T {
  return pairs.reduce((ruled, [first, second]) => {
    const areTwo = (config: unknown): boolean => pinAt(config, first) === undefined || pinAt(config, first) !== pinAt(config, second);
    return ruled.refine(areTwo, about([second, first], `must be another pin than ${first}`));
  }, schema);
}

function pinAt(config: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined), config);
}
