import type { TokenClaims } from '../../base/token.ts';
import { signToken } from '../../base/token.ts';
import type { ListStatus } from '../../base/token-list-file.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store.ts';

/** A code on record, as a pass shows it. */
export interface PassToken {
  claims: TokenClaims;
  status: ListStatus;
  keyId: Uint8Array;
}

interface TokenRow {
  key_id: Buffer;
  issued_at_s: number;
  expires_at_s: number;
  not_before_s: number | null;
  uses: number | null;
  reentry_grace_s: number | null;
  hours: string | null;
  extended: 0 | 1;
  rotating: 0 | 1;
  status: ListStatus;
}

export function readPassToken(store: Store, id: Uint8Array): PassToken | undefined {
  const row = store.prepare<[Uint8Array], TokenRow>('SELECT * FROM tokens WHERE id = ?').get(id);
  if (!row) return undefined;
  const doors = store.prepare<[Uint8Array], Buffer>('SELECT door FROM token_doors WHERE token = ? ORDER BY place').pluck().all(id);
  return { claims: claimsIn(row, id, doors), status: row.status, keyId: row.key_id };
}

/** The code's text, written again: Ed25519 signs the same bytes the same way (RFC 8032 §5.1.6), so it is the one that was issued. */
export function textOf({ claims, keyId }: PassToken, keys: SigningKeys): string {
  const signer = keys.tokenSigner(keyId);
  if (!signer) throw new Error('the key of a code on record is not here');
  return signToken(claims, signer);
}

function claimsIn(row: TokenRow, id: Uint8Array, doors: Uint8Array[]): TokenClaims {
  return {
    id, doors, issuedAtS: row.issued_at_s, expiresAtS: row.expires_at_s,
    ...(row.not_before_s !== null && { notBeforeS: row.not_before_s }),
    ...(row.uses !== null && { uses: row.uses }),
    ...(row.reentry_grace_s !== null && { reentryGraceS: row.reentry_grace_s }),
    ...(row.hours !== null && { hours: row.hours }),
    ...(row.extended === 1 && { extended: true }),
    ...(row.rotating === 1 && { rotating: true }),
  };
}
