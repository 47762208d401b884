import type { z } from 'zod';
import { allowedText, type ConfigKeys } from './keys.ts';
import { nearest } from './nearest.ts';

/** One thing that is wrong with a config. */
export interface ConfigProblem {
  /** Dotted, from the root; empty when it is the file as a whole. */
  key: string;
  line?: number;
  /** What is wrong and what is allowed, to be read after the key. */
  message: string;
}

/** What zod found, as sentences about keys, from the top of the file down. An unknown key is one problem each. */
export function problemsOf(issues: z.core.$ZodIssue[], data: unknown, lineOf: (path: PropertyKey[]) => number | undefined, keys: ConfigKeys): ConfigProblem[] {
  const problems = issues.flatMap((issue) => {
    const problem = (path: PropertyKey[], message: string): ConfigProblem => {
      const line = lineOf(path);
      const key = path.map(String).join('.');
      return line === undefined ? { key, message } : { key, line, message };
    };
    if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => problem([...issue.path, name], unknownKeyText(issue.path, name, keys)));
    return [problem(issue.path, issueText(issue, valueAt(data, issue.path), keys))];
  });
  return problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function issueText(issue: z.core.$ZodIssue, value: unknown, keys: ConfigKeys): string {
  if (issue.code === 'invalid_key') return 'is not a usable name; names have up to 32 letters, digits, - and _';
  if (value === undefined && issue.code === 'custom') return `is ${JSON.stringify(defaultAt(issue.path, keys))} by default, but ${issue.message}`;
  if (value === undefined) return `is missing; it ${mustBe(issue, keys)}`;
  if (value === null) return `has no value; it ${mustBe(issue, keys)}`;
  return `${shown(value)}${issue.message.startsWith('must ') ? issue.message : mustBe(issue, keys)}`;
}

function mustBe(issue: z.core.$ZodIssue, keys: ConfigKeys): string {
  if (issue.path.length === 0) return 'must be lines of "key: value"';
  const allowed = new Set(keys.at(issue.path).map((key) => allowedText(key.schema)));
  return `must be ${[...allowed].join(' or ')}`;
}

const SHOWN_CHARACTERS = 40;

/** The wrong value in front of a sentence, when it is short enough to help. */
function shown(value: unknown): string {
  const text = typeof value === 'object' ? '' : JSON.stringify(value);
  // [S7] Whoever writes a password into an address must not find it in the log.
  return text === '' || text.length > SHOWN_CHARACTERS || /\/\/.*@/.test(text) ? '' : `is ${text}, but `;
}

function valueAt(data: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }, data);
}

function defaultAt(path: PropertyKey[], keys: ConfigKeys): unknown {
  return keys.at(path).find((key) => key.schema.default !== undefined)?.schema.default;
}

function unknownKeyText(path: PropertyKey[], name: string, keys: ConfigKeys): string {
  const near = nearest(name, keys.under(path).map((key) => String(key.path.at(-1))));
  if (near === name) return 'is not a key of this driver';
  if (near !== undefined) return `is not a key of the config; did you mean ${near}?`;
  const elsewhere = new Set(keys.all.filter((key) => key.path.at(-1) === name).map((key) => key.path.join('.')));
  return elsewhere.size > 0 ? `does not belong here; it is ${[...elsewhere].join(' or ')}` : 'is not a key of the config';
}
