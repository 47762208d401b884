import { isIP } from 'node:net';
import { z } from 'zod';

/** A whole number in a stated range. The unit stands in the key's name. */
export const whole = (min: number, max: number): z.ZodInt => z.int().min(min).max(max);

/** A file or folder. A relative one counts from the config file's own folder, so that the config means the same from everywhere. */
export const filePath = (): z.ZodString => z.string().min(1).max(4096).regex(/^[^\0]*$/, 'must not contain a NUL character').meta({ format: 'path' });

/** A BCM number of the 40-pin header. 0 and 1 belong to the HAT's identification EEPROM. */
export const gpioPin = (): z.ZodInt => whole(2, 27);

export const port = (): z.ZodInt => whole(1, 65_535);

/** A name for people: short and printable. */
export const shortName = (): z.ZodString =>
  z.string().min(1).max(64).regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'must not contain control characters').meta({ allowed: '1 to 64 printable characters' });

/** [S8] Where something listens that has no TLS or no login: this machine alone. */
export const loopbackHost = (why: string): z.ZodString =>
  z.string().refine(isLoopback, `must be a loopback address: ${why}`).meta({ allowed: '127.0.0.1, ::1 or localhost' });

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host === '[::1]') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** What a config's type becomes once it is frozen. */
export type DeepReadonly<T> = T extends (infer Item)[] ? readonly DeepReadonly<Item>[] : T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

interface RuleParams {
  path: string[];
  message: string;
  params: { isRule: true };
  when: (payload: z.core.ParsePayload) => boolean;
}

/**
 * How a rule between keys is told: it blames the first key, and is asked when the keys it looks at
 * are right by themselves, however wrong the others are, so that all faults show at once.
 */
export function about(keys: [string, ...string[]], message: string): RuleParams {
  const paths = keys.map((key) => key.split('.'));
  return {
    path: keys[0].split('.'),
    message,
    params: { isRule: true },
    when: (payload) => !payload.issues.some((issue) => paths.some((path) => touches(issue, path))),
  };
}

/** Whether an issue is with the value at `path` itself, with something in it, or with something it is in. */
function touches(issue: z.core.$ZodRawIssue, path: string[]): boolean {
  const at = issue.path ?? [];
  const isOfValue = issue.code !== 'unrecognized_keys' && !(issue.code === 'custom' && issue.params?.isRule);
  return isOfValue && at.slice(0, path.length).every((key, i) => key === path[i]);
}
