import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { backendSchema, type BackendConfig } from './backend-schema.ts';
import { backendKeys, doorKeys, type ConfigKeys } from './keys.ts';
import { problemsOf, type ConfigProblem } from './problems.ts';
import { configSchema, type Config } from './schema.ts';
import { readYamlFile } from './yaml-file.ts';

export type { ConfigProblem } from './problems.ts';

const SHOWN_PROBLEMS = 30;

/** A config that must not be used [S5]. `message` names every bad key, one a line. */
export class ConfigError extends Error {
  readonly code = 'config-bad';
  readonly problems: ConfigProblem[];

  constructor(path: string, problems: ConfigProblem[]) {
    const lines = [...new Set(problems.map((problem) => `\n  ${problemText(problem)}`))];
    const more = lines.length > SHOWN_PROBLEMS ? `\n  and ${lines.length - SHOWN_PROBLEMS} more` : '';
    super(`the config ${path} cannot be used:${lines.slice(0, SHOWN_PROBLEMS).join('')}${more}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** `line 4: door.unlockMs is 9, but must be a whole number from 500 to 60000` */
export function problemText(problem: ConfigProblem): string {
  const place = problem.line === undefined ? '' : `line ${problem.line}: `;
  return `${place}${problem.key === '' ? 'the file' : problem.key} ${problem.message}`;
}

/**
 * Reads a door's config: complete, frozen, relative paths resolved from the file's own folder.
 * Throws a `ConfigError` that names every bad key; nothing falls back to a default silently [S5].
 */
export function loadConfig(path: string): Config {
  return load(path, configSchema, doorKeys) as Config;
}

/** Reads the config of a backend that runs by itself, as `loadConfig` does a door's. */
export function loadBackendConfig(path: string): BackendConfig {
  return load(path, backendSchema, backendKeys) as BackendConfig;
}

/** Whether a file is meant as a backend's config: it names the backend's `dir` and has no `door`. */
export function isBackendConfig(path: string): boolean {
  const file = readYamlFile(path);
  return 'data' in file && typeof file.data === 'object' && file.data !== null && 'dir' in file.data && !('door' in file.data);
}

function load(path: string, schema: z.ZodType, keys: ConfigKeys): unknown {
  const file = readYamlFile(path);
  if ('faults' in file) throw new ConfigError(path, file.faults.map((fault) => ({ key: '', ...fault })));
  const parsed = schema.safeParse(file.data);
  if (!parsed.success) throw new ConfigError(path, problemsOf(parsed.error.issues, file.data, file.lineOf, keys));
  return freeze(withAbsolutePaths(parsed.data, dirname(resolve(path)), pathsIn(keys)));
}

function pathsIn(keys: ConfigKeys): Set<string> {
  return new Set(keys.all.filter((key) => key.schema.format === 'path').map((key) => key.path.join('.')));
}

function withAbsolutePaths<T>(value: T, folder: string, paths: Set<string>, at: string[] = []): T {
  if (typeof value === 'string') return (paths.has(at.join('.')) ? resolve(folder, value) : value) as T;
  if (Array.isArray(value)) return value.map((inner: unknown) => withAbsolutePaths(inner, folder, paths, [...at, '*'])) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withAbsolutePaths(inner as unknown, folder, paths, [...at, key])])) as T;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}
