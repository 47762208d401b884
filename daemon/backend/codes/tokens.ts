import type { Clock } from '../../base/clock.ts';
import { ruuidOf, type RandomSource } from '../../base/ids.ts';
import { signToken, type TokenClaims } from '../../base/token.ts';
import type { ListStatus } from '../../base/token-list-file.ts';
import { ApiError } from '../http/api-error.ts';
import type { Actor, Audit } from '../audit.ts';
import type { Doors } from '../doors.ts';
import { claimsOf, type IssueRequest } from './issue-request.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store.ts';

export interface IssuedToken {
  /** base64url of 16 bytes. */
  tokenId: string;
  /** What the QR code holds. A secret: whoever has it comes in [S7]. */
  text: string;
  claims: TokenClaims;
}

/** A token as the list of codes shows it. */
export interface TokenRecord {
  id: Uint8Array;
  door: Uint8Array;
  expiresAtS: number;
  principal: string | null;
  status: ListStatus;
}

export interface TokensOptions {
  store: Store;
  clock: Clock;
  random: RandomSource;
  keys: SigningKeys;
  doors: Doors;
  audit: Audit;
  /** The longest time from issue to expiry. */
  maxTokenDays: number;
}

/** Issuing, listing and revoking. */
export class Tokens {
  readonly #options: TokensOptions;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** Throws ApiError for a request outside its bounds; nothing is stored then. */
  issue(request: IssueRequest, actor: Actor): IssuedToken {
    const { store, clock, random, audit, maxTokenDays } = this.#options;
    const doors = request.doors.map((door) => this.#doorWithQr(door));
    const claims = claimsOf(request, { id: random(16), doors, nowMs: clock.wallMs(), maxTokenDays });
    const text = signToken(claims, this.#options.keys.token);
    store.transaction(() => {
      this.#insert(claims, 'active', actor);
      audit.write('token-issued', ruuidOf(claims.id), actor);
    }).immediate();
    return { tokenId: ruuidOf(claims.id), text, claims };
  }

  /** Stores a token made elsewhere with this issuer's key, as a recorded site brings it. Returns its text. */
  adopt(claims: TokenClaims, status: ListStatus): string {
    const text = signToken(claims, this.#options.keys.token);
    this.#options.store.transaction(() => this.#insert(claims, status, {})).immediate();
    return text;
  }

  /** False when it was revoked already. Throws ApiError('token-unknown'). */
  revoke(id: Uint8Array, actor: Actor): boolean {
    const { store, doors, audit } = this.#options;
    return store.transaction(() => {
      const { changes } = store.prepare('UPDATE tokens SET status = \'revoked\' WHERE id = ? AND status <> \'revoked\'').run(id);
      if (changes === 0 && !store.prepare('SELECT 1 FROM tokens WHERE id = ?').get(id)) {
        throw new ApiError(404, 'token-unknown', `There is no token ${ruuidOf(id)} here. getQRAccessCodes lists those there are.`);
      }
      if (changes === 0) return false;
      for (const door of this.doorsOf(id)) doors.listChanged(door, id);
      audit.write('token-revoked', ruuidOf(id), actor);
      return true;
    }).immediate();
  }

  /** Tokens that have not expired, in the order of their ids, after `afterId`; one record a token, with its first door. */
  page(limit: number, afterId: Uint8Array = new Uint8Array(0)): TokenRecord[] {
    const { store, clock } = this.#options;
    return store.prepare<[Uint8Array, number, number], TokenRecord>(`
      SELECT t.id, d.door, t.expires_at_s AS expiresAtS, t.principal, t.status
      FROM tokens t JOIN token_doors d ON d.token = t.id AND d.place = 0
      WHERE t.id > ? AND t.expires_at_s > ? ORDER BY t.id LIMIT ?`).all(afterId, Math.floor(clock.wallMs() / 1000), limit);
  }

  doorsOf(id: Uint8Array): Uint8Array[] {
    return this.#options.store.prepare<[Uint8Array], Buffer>('SELECT door FROM token_doors WHERE token = ? ORDER BY place').pluck().all(id);
  }

  #doorWithQr(text: string): Uint8Array {
    const door = this.#options.doors.named(text);
    if (door.hasQr) return door.uuid;
    throw new ApiError(409, 'door-without-qr', `The door ${door.name} does not read QR codes. getDoorsForOrg tells which doors do.`);
  }

  #insert(claims: TokenClaims, status: ListStatus, actor: Actor): void {
    const { store, keys, doors } = this.#options;
    store.prepare(`INSERT INTO tokens (id, key_id, issued_at_s, expires_at_s, not_before_s, uses, reentry_grace_s, hours, extended, rotating, status, principal)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
      claims.id, keys.token.keyId, claims.issuedAtS, claims.expiresAtS, claims.notBeforeS ?? null, claims.uses ?? null, claims.reentryGraceS ?? null,
      claims.hours ?? null, claims.extended ? 1 : 0, claims.rotating ? 1 : 0, status, actor.principal ?? null);
    const insertDoor = store.prepare('INSERT INTO token_doors (door, token, place) VALUES (?, ?, ?)');
    claims.doors.forEach((door, place) => {
      insertDoor.run(door, claims.id, place);
      doors.listChanged(door, claims.id);
    });
  }
}
