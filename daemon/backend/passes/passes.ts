import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ruuidOf, uuidBytes, type RandomSource } from '../../base/ids.ts';
import { rotatingKey } from '../../base/token.ts';
import type { Actor, Audit } from '../audit.ts';
import { TokenRows, type StoredToken } from '../codes/token-rows.ts';
import type { Tokens } from '../codes/tokens.ts';
import type { Doors } from '../doors.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store.ts';
import { CallBudget } from './call-budget.ts';
import { readDeviceKey, wrapFor } from './device-key.ts';
import type { NewPass, PassAsker, PassFacts, TakenPass } from './pass-facts.ts';
import type { PassLinks } from './pass-links.ts';

export interface PassesOptions {
  store: Store;
  clock: Clock;
  random: RandomSource;
  keys: SigningKeys;
  tokens: Tokens;
  doors: Doors;
  audit: Audit;
  links: PassLinks;
}

interface PassRow {
  token: Buffer;
  secret_digest: Buffer;
  taken_at_ms: number | null;
  device: Buffer | null;
}

const ID_BYTES = 16;
const SECRET_BYTES = 32;
/** An answer lost on the way is given again to the same device for so long. */
const TAKE_AGAIN_MS = 600_000;
/** After its end a pass is still known, so that its link says "expired" and not "unknown". */
const KEPT_AFTER_END_S = 7 * 86_400;
const CALLS_A_PASS = 30;
const CALLS_AN_ADDRESS = 600;
const NOBODY = Buffer.alloc(32);

/** Links under which visitors put a code on their phone. */
export class Passes {
  readonly #o: PassesOptions;
  readonly #rows: TokenRows;
  readonly #byPass: CallBudget;
  readonly #byAddress: CallBudget;

  constructor(options: PassesOptions) {
    this.#o = options;
    this.#rows = new TokenRows(options.store);
    this.#byPass = new CallBudget({ clock: options.clock, perMinute: CALLS_A_PASS, mostCallers: 10_000 });
    this.#byAddress = new CallBudget({ clock: options.clock, perMinute: CALLS_AN_ADDRESS, mostCallers: 10_000 });
  }

  /**
   * A new link for a code; one that was made before and not taken ends. Its secret is not kept, so it cannot be told again.
   * Throws ApiError('token-unknown', 'token-ended', 'pass-taken').
   */
  create(tokenId: Uint8Array, actor: Actor): NewPass {
    const { store, clock, random, audit, links } = this.#o;
    const [id, secret] = [random(ID_BYTES), base64url(random(SECRET_BYTES))];
    return store.transaction(() => {
      const { claims, status } = this.#token(tokenId);
      if (status === 'revoked' || claims.expiresAtS * 1000 <= clock.wallMs()) throw new ApiError(409, 'token-ended', 'This code is revoked or has expired. Issue another one.');
      const { changes } = store.prepare('DELETE FROM passes WHERE token = ? AND taken_at_ms IS NULL').run(tokenId);
      if (changes === 0 && this.#isTaken(tokenId)) throw new ApiError(409, 'pass-taken', 'This code is on a phone already, and a changing code is on one phone only. Revoke it and issue another one.');
      store.prepare('INSERT INTO passes (id, token, secret_digest, created_at_ms, expires_at_s) VALUES (?, ?, ?, ?, ?)').run(id, tokenId, digestOf(secret), clock.wallMs(), claims.expiresAtS);
      this.#forgetOld();
      audit.write('pass-created', ruuidOf(tokenId), actor);
      return { passId: ruuidOf(id), passUrl: links.linkTo(ruuidOf(id), secret), expiresAtS: claims.expiresAtS, rotating: claims.rotating ?? false };
    }).immediate();
  }

  /** Told by the backend when it listens. */
  answersAt(url: string): void {
    this.#o.links.answersAt(url);
  }

  /** `device`: the digest of the public key that the pass was taken with. Throws ApiError as `take`. */
  look(asker: PassAsker, device: Uint8Array | undefined): PassFacts {
    const { row, token } = this.#passOf(asker);
    if (row.device && !(device && row.device.equals(device))) throw takenError();
    return this.#factsOf(token);
  }

  /**
   * Gives a pass to a device. A rotating one goes to one device: the first whose public key comes, and again to that one
   * for ten minutes, for its answer may be lost on the way. Throws ApiError(404 'pass-unknown'; 410 'pass-taken', 'pass-expired',
   * 'pass-revoked'; 400 'device-key-bad'; 429 'too-many-calls').
   */
  take(asker: PassAsker, spki: string | undefined): TakenPass {
    const { store, clock, tokens } = this.#o;
    return store.transaction(() => {
      const { row, token } = this.#passOf(asker);
      if (token.claims.expiresAtS * 1000 <= clock.wallMs()) throw new ApiError(410, 'pass-expired', 'This pass has expired. Ask whoever sent it for another one.');
      if (token.status === 'revoked') throw new ApiError(410, 'pass-revoked', 'This pass was revoked. Ask whoever sent it.');
      const taken = { ...this.#factsOf(token), text: tokens.textOf(row.token) as string };
      return { ...taken, wrappedKey: token.claims.rotating ? this.#keyFor(row, spki) : undefined };
    }).immediate();
  }

  #keyFor(row: PassRow, spki: string | undefined): Uint8Array {
    const { store, clock, keys, audit } = this.#o;
    if (spki === undefined) throw new ApiError(400, 'device-key-bad', 'This pass changes its code: send the device\'s publicKey.');
    const device = readDeviceKey(spki);
    if (row.device === null) {
      store.prepare('UPDATE passes SET device = ?, taken_at_ms = ? WHERE token = ?').run(device.digest, clock.wallMs(), row.token);
      audit.write('pass-taken', ruuidOf(row.token), {});
    } else if (!row.device.equals(device.digest) || clock.wallMs() - (row.taken_at_ms ?? 0) > TAKE_AGAIN_MS) {
      throw takenError();
    }
    return wrapFor(device, rotatingKey(keys.zoneMaster, row.token));
  }

  #passOf({ passId, secret, address }: PassAsker): { row: PassRow; token: StoredToken } {
    const { store } = this.#o;
    if (!this.#byAddress.take(address)) throw tooMany();
    const id = uuidBytes(passId);
    const row = id && store.prepare<[Uint8Array], PassRow>('SELECT token, secret_digest, taken_at_ms, device FROM passes WHERE id = ?').get(id);
    // An unknown pass costs the same comparison as a wrong secret, and is told in the same words.
    const matches = timingSafeEqual(digestOf(secret), row?.secret_digest ?? NOBODY);
    if (!row || !matches) throw new ApiError(404, 'pass-unknown', 'There is no such pass. Open the link exactly as it was sent; a newer link ends an older one.');
    if (!this.#byPass.take(passId)) throw tooMany();
    return { row, token: this.#rows.get(row.token) as StoredToken };
  }

  #factsOf({ claims, status }: StoredToken): PassFacts {
    return {
      doorNames: claims.doors.map((door) => this.#o.doors.get(door)?.name ?? ruuidOf(door)),
      notBeforeS: claims.notBeforeS, expiresAtS: claims.expiresAtS, rotating: claims.rotating ?? false, uses: claims.uses, status,
    };
  }

  #token(tokenId: Uint8Array): StoredToken {
    const token = this.#rows.get(tokenId);
    if (!token) throw new ApiError(404, 'token-unknown', `There is no token ${ruuidOf(tokenId)} here. getQRAccessCodes lists those there are.`);
    return token;
  }

  #isTaken(tokenId: Uint8Array): boolean {
    return this.#o.store.prepare('SELECT 1 FROM passes WHERE token = ?').get(tokenId) !== undefined;
  }

  /** Two out for one in, so that the table never outgrows its time [S9]. */
  #forgetOld(): void {
    const { store, clock } = this.#o;
    store.prepare('DELETE FROM passes WHERE id IN (SELECT id FROM passes WHERE expires_at_s < ? LIMIT 2)').run(Math.floor(clock.wallMs() / 1000) - KEPT_AFTER_END_S);
  }
}

function takenError(): ApiError {
  return new ApiError(410, 'pass-taken', 'This pass is on another phone already, and its link has ended. If that phone is not yours, tell whoever sent it at once.');
}

function tooMany(): ApiError {
  return new ApiError(429, 'too-many-calls', 'Too many calls. Wait a minute.', { headers: { 'retry-after': '60' } });
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
