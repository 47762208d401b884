import type { TokenClaims } from '../../base/token.ts';
import type { ListStatus } from '../../base/token-list-file.ts';
import type { Store } from '../store.ts';
import type { Holder } from './issue-request.ts';

/** A token as it was made: what its text can be written from again. */
export interface StoredToken {
  claims: TokenClaims;
  /** 4 bytes: the key that signed it. */
  keyId: Uint8Array;
  status: ListStatus;
}

interface TokenRow {
  keyId: Buffer;
  issuedAtS: number;
  expiresAtS: number;
  notBeforeS: number | null;
  uses: number | null;
  reentryGraceS: number | null;
  hours: string | null;
  extended: 0 | 1;
  rotating: 0 | 1;
  status: ListStatus;
}

/** The tokens in the database, one statement each made once. */
export class TokenRows {
  readonly #insert;
  readonly #insertDoor;
  readonly #setStatus;
  readonly #select;
  readonly #doors;

  constructor(store: Store) {
    this.#insert = store.prepare(`INSERT INTO tokens (id, key_id, issued_at_s, expires_at_s, not_before_s, uses, reentry_grace_s, hours, extended, rotating, status, principal, holder_name, holder_email)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#insertDoor = store.prepare('INSERT INTO token_doors (door, token, place) VALUES (?, ?, ?)');
    this.#setStatus = store.prepare('UPDATE tokens SET status = ? WHERE id = ?');
    this.#select = store.prepare<[Uint8Array], TokenRow>(`SELECT key_id AS keyId, issued_at_s AS issuedAtS, expires_at_s AS expiresAtS, not_before_s AS notBeforeS,
      uses, reentry_grace_s AS reentryGraceS, hours, extended, rotating, status FROM tokens WHERE id = ?`);
    this.#doors = store.prepare<[Uint8Array], Buffer>('SELECT door FROM token_doors WHERE token = ? ORDER BY place').pluck();
  }

  insert(claims: TokenClaims, keyId: Uint8Array, status: ListStatus, principal: string | undefined, holder: Holder = {}): void {
    this.#insert.run(
      claims.id, keyId, claims.issuedAtS, claims.expiresAtS, claims.notBeforeS ?? null, claims.uses ?? null, claims.reentryGraceS ?? null,
      claims.hours ?? null, claims.extended ? 1 : 0, claims.rotating ? 1 : 0, status, principal ?? null, holder.name ?? null, holder.email ?? null);
    claims.doors.forEach((door, place) => this.#insertDoor.run(door, claims.id, place));
  }

  setStatus(id: Uint8Array, status: ListStatus): void {
    this.#setStatus.run(status, id);
  }

  get(id: Uint8Array): StoredToken | undefined {
    const row = this.#select.get(id);
    return row && { claims: claimsOf(id, this.doorsOf(id), row), keyId: row.keyId, status: row.status };
  }

  /** In the order of the token. */
  doorsOf(id: Uint8Array): Uint8Array[] {
    return this.#doors.all(id);
  }
}

function claimsOf(id: Uint8Array, doors: Uint8Array[], row: TokenRow): TokenClaims {
  const { issuedAtS, expiresAtS, notBeforeS, uses, reentryGraceS, hours } = row;
  return {
    id, doors, issuedAtS, expiresAtS,
    ...(notBeforeS !== null && { notBeforeS }),
    ...(uses !== null && { uses }),
    ...(reentryGraceS !== null && { reentryGraceS }),
    ...(hours !== null && { hours }),
    ...(row.extended === 1 && { extended: true }),
    ...(row.rotating === 1 && { rotating: true }),
  };
}
