import type { BackendOptions } from '../../backend/backend.ts';
import type { ListenAt } from '../../backend/http/backend-server.ts';
import { systemClock } from '../../base/clock.ts';
import { PosternError } from '../../base/errors.ts';
import { openBackendConfig, openConfig } from '../config-file.ts';
import { reportSettings } from '../report-settings.ts';

/** Where a backend keeps its database, where it listens, and what its config says beside. */
export interface BackendPlace {
  at: ListenAt;
  settings: BackendOptions & { dir: string };
}

export const placeOptions = {
  config: { type: 'string' },
  dir: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
} as const;

export interface PlaceValues {
  config?: string | undefined;
  dir?: string | undefined;
  host?: string | undefined;
  port?: string | undefined;
}

export const DEFAULT_PORT = 8471;

/** Throws PosternError('usage', 'config-bad'). */
export function placeOf({ config, dir, host, port }: PlaceValues): BackendPlace {
  const asked = { ...(host !== undefined && { host }), ...(port !== undefined && { port: portOf(port) }) };
  const { at, settings } = dir !== undefined ? placeWithDefaults(dir) : placeInConfig(config);
  return { at: { ...at, ...asked }, settings };
}

function placeWithDefaults(dir: string, at: ListenAt = { host: '127.0.0.1', port: DEFAULT_PORT }): BackendPlace {
  return { at, settings: { dir, clock: systemClock, ...reportSettings() } };
}

function placeInConfig(config: string | undefined): BackendPlace {
  if (config === undefined) throw new PosternError('usage', 'Say where the backend keeps its database: --dir DIR or --config FILE.');
  const own = openBackendConfig(config);
  if (own) {
    const { dir, host, port, tls, maxTokenDays, listDeltasH, publicUrl } = own;
    return { at: { host, port, tls }, settings: { dir, clock: systemClock, maxTokenDays, listDeltasH, ...(publicUrl !== undefined && { publicUrl }), ...reportSettings(own) } };
  }
  const { embeddedBackend, access: { maxTokenDays } } = openConfig(config);
  if (!embeddedBackend) throw new PosternError('usage', `The config ${config} has no embeddedBackend section. Add one or pass --dir.`);
  const { at, settings } = placeWithDefaults(embeddedBackend.dir, embeddedBackend);
  return { at, settings: { ...settings, maxTokenDays } };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new PosternError('usage', '--port takes a number from 0 to 65535.');
  return port;
}
