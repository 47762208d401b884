import type { Backend } from '../../backend/backend.ts';
import type { SigningKeyRecord } from '../../backend/keys/keyring.ts';
import type { CommandIo } from '../command.ts';
import { momentText, textTable } from './text-table.ts';

/** Prints the issuer's keys, never their secrets. */
export function printSigningKeys(backend: Backend, { json }: { json?: boolean | undefined }, { out }: CommandIo): void {
  const keys = backend.keyring.signingKeys();
  out.write(json ? keys.map((key) => `${JSON.stringify(key)}\n`).join('') : textTable([
    ['ID', 'USE', 'STATE', 'SIGNS', 'FROM', 'UNTIL', 'LIVE CODES'],
    ...keys.map((key) => [key.id, key.use, key.state, signs(key), momentText(key.signsFromS * 1000), momentText(key.notAfterS * 1000), key.use === 'token' ? String(key.liveCodes) : '']),
  ]));
}

function signs({ signs, state }: SigningKeyRecord): string {
  if (signs) return 'now';
  return state === 'active' || state === 'spare' ? 'later' : 'no longer';
}
