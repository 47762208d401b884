import type { Backend } from '../../backend/backend.ts';
import type { SigningKeyRecord } from '../../backend/keys/keyring.ts';
import { PosternError } from '../../base/errors.ts';
import type { CommandIo } from '../command.ts';
import { mustBeConfirmed } from './confirmation.ts';

export interface RevokeSigningKeyValues {
  yes?: boolean | undefined;
  principal?: string | undefined;
}

/** Revokes a token or list key, once a person has agreed. */
export async function revokeSigningKey(backend: Backend, named: readonly string[], values: RevokeSigningKeyValues, io: CommandIo): Promise<void> {
  const [id, ...more] = named;
  if (id === undefined || more.length > 0) throw new PosternError('usage', 'Name one key by its id, as postern backend signing-keys shows it.');
  const key = backend.keyring.signingKeys().find((it) => it.id === id);
  if (key && key.use !== 'root' && key.state !== 'revoked') await mustBeConfirmed(consequence(key), values, io);
  backend.keyring.rotation.revoke(id, { principal: values.principal });
  io.out.write(`The ${key?.use} key ${id} is revoked. Doors learn of it with their next key set${key?.use === 'token' && key.liveCodes > 0 ? `; ${codes(key.liveCodes)} to be issued anew` : ''}.\n`);
}

function consequence({ id, use, liveCodes }: SigningKeyRecord): string {
  return use === 'token'
    ? `The token key ${id} signed ${codes(liveCodes)} that can still be used: none of them will open a door again.`
    : `No list that the list key ${id} signed will count any longer: a door decides without a list until it has fetched the next.`;
}

function codes(count: number): string {
  return count === 1 ? '1 code' : `${count} codes`;
}
