import { parseArgs } from 'node:util';

export interface BenchOptions {
  help: boolean;
  keep: boolean;
  json: boolean;
  rebuild: boolean;
  /** Names of scenarios; empty: all. */
  only: string[];
  repeats: number;
  cuts: number;
}

/** Throws what `util.parseArgs` throws, and RangeError for a number that is none. */
export function benchOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rebuild: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      repeats: { type: 'string', default: '20' },
      cuts: { type: 'string', default: '300' },
    },
  });
  const { help, keep, json, rebuild } = values;
  const only = values.only.flatMap((names) => names.split(',')).filter((name) => name !== '');
  return { help, keep, json, rebuild, only, repeats: count('--repeats', values.repeats), cuts: count('--cuts', values.cuts) };
}

function count(option: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new RangeError(`${option} takes a whole number from 1 to 99999, not "${text}".`);
}
