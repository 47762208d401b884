import { dirname, resolve } from 'node:path';
import { configKeys } from './keys.ts';
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
 * Reads a config: complete, frozen, relative paths resolved from the file's own folder.
 * Throws a `ConfigError` that names every bad key; nothing falls back to a default silently [S5].
 */
export function loadConfig(path: string): Config {
  const file = readYamlFile(path);
  if ('faults' in file) throw new ConfigError(path, file.faults.map((fault) => ({ key: '', ...fault })));
  const parsed = configSchema.safeParse(file.data);
  if (!parsed.success) throw new ConfigError(path, problemsOf(parsed.error.issues, file.data, file.lineOf));
  return freeze(withAbsolutePaths(parsed.data, dirname(resolve(path))));
}

const pathKeys = new Set(configKeys.filter((key) => key.schema.format === 'path').map((key) => key.path.join('.')));

function withAbsolutePaths<T>(value: T, folder: string, at: string[] = []): T {
  if (typeof value === 'string') return (pathKeys.has(at.join('.')) ? resolve(folder, value) : value) as T;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withAbsolutePaths(inner as unknown, folder, [...at, key])])) as T;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}
