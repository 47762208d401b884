import type { Backend } from '../../backend/backend.ts';
import { PosternError } from '../../base/errors.ts';
import type { CommandIo } from '../command.ts';

/** Revokes API keys by their ids, or by whole keys. Returns the exit code. Throws PosternError('usage'). */
export function revokeKey(backend: Backend, named: readonly string[], { principal }: { principal?: string | undefined }, { out, err }: CommandIo): number {
  if (named.length === 0) throw new PosternError('usage', 'Name the keys to revoke by their ids, as list-keys shows them.');
  let unknown = 0;
  for (const key of named) {
    // [S7] Whoever pastes a whole key does not get its secret back on the screen.
    const [id = ''] = key.split('.', 1);
    const outcome = backend.keyring.revokeApiKey(id, { principal });
    if (outcome === undefined) unknown++;
    (outcome === undefined ? err : out).write(`${id}: ${outcome ?? 'there is no such key'}\n`);
  }
  return unknown === 0 ? 0 : 1;
}
