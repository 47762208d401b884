import type { BackendConfig } from '../../../config/backend-schema.ts';
import type { SmtpConfig } from '../../../config/sections/backend-smtp.ts';
import { PosternError } from '../../base/errors.ts';
import { BackendClient } from '../backend-client.ts';
import { openBackendConfig, openConfig } from '../config-file.ts';
import { readRootKeys } from '../key-files.ts';

/** How a command is told which backend makes its passes. */
export const placeOptions = { config: { type: 'string' }, url: { type: 'string' }, 'key-file': { type: 'string' }, 'ca-file': { type: 'string' }, 'root-keys': { type: 'string' } } as const;

export interface PlaceWords {
  config?: string | undefined;
  url?: string | undefined;
  'key-file'?: string | undefined;
  'ca-file'?: string | undefined;
  'root-keys'?: string | undefined;
}

/** A backend to ask, and what the config beside it knows. */
export interface PassPlace {
  client: BackendClient;
  /** Root public keys that the backend's keys must be signed with; absent: nobody said. */
  roots: Uint8Array[] | undefined;
  /** RUUID of the config's own door. */
  door: string | undefined;
  /** Names of that door's schedules. */
  schedules: string[] | undefined;
  smtp: SmtpConfig | undefined;
}

/** Throws PosternError('usage', 'config-bad', 'config-unnamed', 'no-backend', 'no-admin-key', 'key-file'). */
export function passPlace(words: PlaceWords): PassPlace {
  const roots = words['root-keys'] === undefined ? undefined : readRootKeys(words['root-keys']);
  const backend = words.config === undefined ? undefined : openBackendConfig(words.config);
  if (backend) return ofBackend(backend, words, roots);
  if (words.config === undefined && words.url !== undefined) return { client: BackendClient.at(words.url, keyFile(words), words['ca-file']), roots, door: undefined, schedules: undefined, smtp: undefined };
  const config = openConfig(words.config);
  const client = words.url === undefined && words['key-file'] === undefined ? BackendClient.of(config)
    : BackendClient.at(words.url ?? config.backend?.url ?? '', words['key-file'] ?? config.backend?.adminKeyFile ?? keyFile(words), words['ca-file'] ?? config.backend?.caFile);
  return { client, roots: roots ?? readRootKeys(config.access.rootKeysFile), door: config.door.uuid, schedules: Object.keys(config.door.schedules), smtp: undefined };
}

function ofBackend({ host, port, tls, publicUrl, smtp }: BackendConfig, words: PlaceWords, roots: Uint8Array[] | undefined): PassPlace {
  const listensAt = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { client: BackendClient.at(words.url ?? publicUrl ?? listensAt, keyFile(words), words['ca-file']), roots, door: undefined, schedules: undefined, smtp };
}

function keyFile(words: PlaceWords): string {
  if (words['key-file'] === undefined) throw new PosternError('usage', 'Name the file with an API key that may issue: --key-file FILE. "postern backend create-key" makes one.');
  return words['key-file'];
}
