import type { Clock } from '../../base/clock.ts';
import { ruuidOf, type RandomSource } from '../../base/ids.ts';
import type { Signer } from '../../base/ed25519.ts';
import { signToken, type TokenClaims } from '../../base/token.ts';
import type { ListStatus } from '../../base/token-list-file.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { Actor, Audit } from '../audit.ts';
import type { Doors } from '../doors.ts';
import { claimsOf, type IssueRequest } from './issue-request.ts';
import { RepeatedRequests } from './repeated-requests.ts';
import { TokenRows, type StoredToken } from './token-rows.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store.ts';

export interface IssuedToken {
  /** base64url of 16 bytes. */
  tokenId: string;
  /** What the QR code holds. A secret: whoever has it comes in [S7]. */
  text: string;
  claims: TokenClaims;
  /** False for a token that an earlier request with the same id got already. */
  isNew: boolean;
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

/** Issuing, listing, revoking and suspending. Each is one transaction, which nests in another. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #rows: TokenRows;
  readonly #requests: RepeatedRequests;

  constructor(options: TokensOptions) {
    this.#options = options;
    this.#rows = new TokenRows(options.store);
    this.#requests = new RepeatedRequests(options.store);
  }

  /** Throws ApiError for a request outside its bounds; nothing is stored then. */
  issue(request: IssueRequest, actor: Actor): IssuedToken {
    const doors = this.#doorsWithQr(request.doors);
    return this.#options.store.transaction(() => this.#issuedBefore(request, doors, actor) ?? this.#issueNew(request, doors, actor)).immediate();
  }

  /** Stores a token made elsewhere with this issuer's key, as a recorded site brings it. Returns its text. */
  adopt(claims: TokenClaims, status: ListStatus): string {
    const signer = this.#options.keys.token;
    this.#options.store.transaction(() => this.#insert(claims, signer, status, {})).immediate();
    return signToken(claims, signer);
  }

  /** For good. False when it was revoked already. Throws ApiError('token-unknown'). */
  revoke(id: Uint8Array, actor: Actor): boolean {
    return this.#change(id, actor, 'token-revoked', ({ status }) => status === 'revoked' ? undefined : 'revoked');
  }

  /** Until it is resumed. False when it was suspended already. Throws ApiError('token-unknown', 'token-revoked'). */
  suspend(id: Uint8Array, actor: Actor): boolean {
    return this.#change(id, actor, 'token-suspended', (token) => notRevoked(id, token) === 'suspended' ? undefined : 'suspended');
  }

  /** False when it was not suspended. Throws ApiError('token-unknown', 'token-revoked'). */
  resume(id: Uint8Array, actor: Actor): boolean {
    return this.#change(id, actor, 'token-resumed', (token) => notRevoked(id, token) === 'active' ? undefined : 'active');
  }

  /** Revokes a token whose code was never handed out, and lets its request be made again. */
  withdraw(id: Uint8Array, requestId: string | undefined, actor: Actor): void {
    this.#options.store.transaction(() => {
      this.revoke(id, actor);
      if (requestId !== undefined) this.#requests.forget(requestId);
    }).immediate();
  }

  doorsOf(id: Uint8Array): Uint8Array[] {
    return this.#rows.doorsOf(id);
  }

  /** What the QR code of a stored token holds: the same each time, for Ed25519 signatures are (RFC 8032 §5.1.6). Undefined when there is no such token. A secret [S7]. */
  textOf(id: Uint8Array): string | undefined {
    const stored = this.#rows.get(id);
    return stored && this.#textOf(stored);
  }

  #issuedBefore(request: IssueRequest, doors: Uint8Array[], { principal }: Actor): IssuedToken | undefined {
    const id = this.#requests.earlierToken(request, doors, principal, this.#nowS());
    if (!id) return undefined;
    const stored = this.#rows.get(id) as StoredToken;
    if (stored.status === 'revoked') throw new ApiError(409, 'token-revoked', `The code ${ruuidOf(id)} of this requestId was revoked. Draw a new requestId for a new code.`);
    return { tokenId: ruuidOf(id), text: this.#textOf(stored), claims: stored.claims, isNew: false };
  }

  #issueNew(request: IssueRequest, doors: Uint8Array[], actor: Actor): IssuedToken {
    const { clock, random, audit, keys, maxTokenDays } = this.#options;
    const claims = claimsOf(request, { id: random(16), doors, nowMs: clock.wallMs(), maxTokenDays });
    // Read once: another key may take over at any moment, and what is stored names the one that signed.
    const signer = keys.token;
    const text = signToken(claims, signer);
    this.#insert(claims, signer, 'active', actor, request);
    this.#requests.remember(request, doors, actor.principal, claims, this.#nowS());
    audit.write('token-issued', ruuidOf(claims.id), actor);
    return { tokenId: ruuidOf(claims.id), text, claims, isNew: true };
  }

  #insert(claims: TokenClaims, { keyId }: Signer, status: ListStatus, { principal }: Actor, { holder }: Pick<IssueRequest, 'holder'> = {}): void {
    this.#rows.insert(claims, keyId, status, principal, holder);
    this.#listsChanged(claims);
  }

  /** Gives the token the status that `next` names; false when it names none. */
  #change(id: Uint8Array, actor: Actor, action: 'token-revoked' | 'token-suspended' | 'token-resumed', next: (token: StoredToken) => ListStatus | undefined): boolean {
    const { store, audit } = this.#options;
    return store.transaction(() => {
      const stored = this.#rows.get(id);
      if (!stored) throw new ApiError(404, 'token-unknown', `There is no token ${ruuidOf(id)} here. getQRAccessCodes lists those there are.`);
      const status = next(stored);
      if (status === undefined) return false;
      this.#rows.setStatus(id, status);
      this.#listsChanged(stored.claims);
      audit.write(action, ruuidOf(id), actor);
      return true;
    }).immediate();
  }

  #doorsWithQr(named: string[]): Uint8Array[] {
    const doors = named.map((text) => this.#doorWithQr(text));
    if (new Set(doors.map(ruuidOf)).size === doors.length) return doors;
    throw new ApiError(400, 'door-twice', 'A door is named twice. Name each door of the code once; the first counts its uses.');
  }

  #doorWithQr(text: string): Uint8Array {
    const door = this.#options.doors.named(text);
    if (door.hasQr) return door.uuid;
    throw new ApiError(409, 'door-without-qr', `The door ${door.name} does not read QR codes. getDoorsForOrg tells which doors do.`);
  }

  #textOf({ claims, keyId }: StoredToken): string {
    const signer = this.#options.keys.tokenSigner(keyId);
    if (!signer) throw new Error(`the key that signed the token ${ruuidOf(claims.id)} is not here`);
    return signToken(claims, signer);
  }

  /** Every change of what a token may do comes by here; uses come by `Validation`. */
  #listsChanged({ id, doors }: Pick<TokenClaims, 'id' | 'doors'>): void {
    for (const door of doors) this.#options.doors.listChanged(door, id);
  }

  #nowS(): number {
    return Math.floor(this.#options.clock.wallMs() / 1000);
  }
}

function notRevoked(id: Uint8Array, { status }: StoredToken): Exclude<ListStatus, 'revoked'> {
  if (status !== 'revoked') return status;
  throw new ApiError(409, 'token-revoked', `The code ${ruuidOf(id)} was revoked, which is for good. Issue a new one.`);
}
