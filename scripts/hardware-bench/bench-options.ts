import { parseArgs } from 'node:util';

export interface BenchOptions {
  help: boolean;
  keep: boolean;
  json: boolean;
  rebuild: boolean;
  /** Make the guest and end. */
  buildOnly: boolean;
  /** Names of scenarios; empty: all. */
  only: string[];
  /** Names of faults; empty: all. */
  faults: string[];
  repeats: number;
  cuts: number;
  /** After so many minutes no further scenario is begun. */
  minutes: number;
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
      'build-only': { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      fault: { type: 'string', multiple: true, default: [] },
      repeats: { type: 'string', default: '20' },
      cuts: { type: 'string', default: '300' },
      minutes: { type: 'string', default: '99999' },
    },
  });
  const { help, keep, json, rebuild } = values;
  return {
    help, keep, json, rebuild, buildOnly: values['build-only'], only: names(values.only), faults: names(values.fault), repeats: count('--repeats', values.repeats), cuts: count('--cuts', values.cuts), minutes: count('--minutes', values.minutes),
  };
}

function names(lists: string[]): string[] {
  return lists.flatMap((list) => list.split(',')).filter((name) => name !== '');
}

function count(option: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new RangeError(`${option} takes a whole number from 1 to 99999, not "${text}".`);
}
