import type { Backend } from '../../backend/backend.ts';
import type { ApiKeyRecord } from '../../backend/keys/api-keys.ts';
import { ruuidOf } from '../../base/ids.ts';
import type { CommandIo } from '../command.ts';
import { momentText, textTable } from './text-table.ts';

/** Prints the API keys, never their secrets. */
export function listKeys(backend: Backend, { json }: { json?: boolean | undefined }, { out }: CommandIo): void {
  const keys = backend.keyring.apiKeys();
  out.write(json ? keys.map((key) => `${JSON.stringify(plain(key))}\n`).join('') : textTable([
    ['ID', 'ROLE', 'NAME', 'DOOR', 'A MINUTE', 'CREATED', 'LAST USED', 'REVOKED'],
    ...keys.map((key) => [
      key.id, key.role, key.name, plain(key).door ?? '', String(key.perMinute), momentText(key.createdAtMs), momentText(key.lastUsedAtMs) || 'never', momentText(key.revokedAtMs),
    ]),
  ]));
}

function plain(key: ApiKeyRecord): Omit<ApiKeyRecord, 'door'> & { door: string | null } {
  return { ...key, door: key.door && ruuidOf(key.door) };
}
