import { existsSync } from 'node:fs';
import type { BackendConfig } from '../../config/backend-schema.ts';
import { ConfigError, isBackendConfig, loadBackendConfig, loadConfig } from '../../config/load.ts';
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

/** A backend's own config; undefined when the file is not meant as one. Throws PosternError('config-bad') that names every bad key [S5]. */
export function openBackendConfig(path: string): BackendConfig | undefined {
  return isBackendConfig(path) ? reading(() => loadBackendConfig(path)) : undefined;
}

function readConfig(path: string): Config {
  return reading(() => loadConfig(path));
}

function reading<T>(load: () => T): T {
  try {
    return load();
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
