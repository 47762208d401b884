import { existsSync } from 'node:fs';
import { ConfigError, loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { PosternError } from '../base/errors.ts';

/** What `npm start` runs, seen from the checkout. */
const DEMO_CONFIG = 'config/demo.yaml';

/**
 * The config a command works with: the file named, or else the demo's once it has been prepared.
 * Throws PosternError('config-bad') that names every bad key [S5], or PosternError('config-unnamed').
 */
export function openConfig(path: string | undefined): Config {
  return path === undefined ? openDemoConfig() : readConfig(path);
}

function readConfig(path: string): Config {
  try {
    return loadConfig(path);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    throw new PosternError(thrown.code, thrown.message, { cause: thrown });
  }
}

function openDemoConfig(): Config {
  const config = existsSync(DEMO_CONFIG) ? readConfig(DEMO_CONFIG) : undefined;
  if (config && existsSync(config.access.rootKeysFile)) return config;
  const demo = config ? ', or run npm start once to prepare the demo' : '';
  throw new PosternError('config-unnamed', `No config was named. Pass --config FILE${demo}.`);
}
