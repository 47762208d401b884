import type { Clock } from '../../base/clock.ts';
import type { Actor, Audit } from '../audit.ts';
import type { Doors } from '../doors.ts';
import type { Store } from '../store.ts';
import type { ApiKeyRecord, ApiKeys, Role } from './api-keys.ts';
import { signingKeyAt, type IssuerKey, type IssuerKeyState, type IssuerKeyUse } from './issuer-keys.ts';
import { idOf, KeyRotation, startOf, type KeyRotationOptions } from './key-rotation.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface KeyringOptions extends KeyRotationOptions {
  store: Store;
  clock: Clock;
  audit: Audit;
  doors: Doors;
  apiKeys: ApiKeys;
  keys: SigningKeys;
}

export interface ApiKeyRequest {
  role: Role;
  /** For people and the audit log; absent: its role. */
  name?: string | undefined;
  /** RUUID or UUID of the one door it speaks for; for role `door` alone. */
  door?: string | undefined;
  /** Requests; absent: what its role may. */
  perMinute?: number | undefined;
}

/** A signing key as it is listed: never its secret. */
export interface SigningKeyRecord {
  /** 8 hex digits. */
  id: string;
  use: IssuerKeyUse;
  state: IssuerKeyState;
  /** It is the one that signs now. */
  signs: boolean;
  signsFromS: number;
  notAfterS: number;
  /** Codes of a token key that have not expired and are not revoked. */
  liveCodes: number;
}

/** What whoever runs the backend does with its keys. Everything changed here stands in the audit log. */
export class Keyring {
  readonly #o: KeyringOptions;
  readonly rotation: KeyRotation;

  constructor(options: KeyringOptions) {
    this.#o = options;
    this.rotation = new KeyRotation(options);
  }

  /** A new API key as its holder gets it, this once. Throws ApiError('door-uuid-bad', 'door-unknown'). */
  createApiKey({ role, name = role, door, perMinute }: ApiKeyRequest, actor: Actor = {}): string {
    const { store, doors, apiKeys, audit } = this.#o;
    return store.transaction(() => {
      const key = apiKeys.create({ role, name, door: door === undefined ? undefined : doors.named(door).uuid, perMinute });
      audit.write('api-key-created', `${key.split('.', 1)[0]} ${name}`, actor);
      return key;
    }).immediate();
  }

  apiKeys(): ApiKeyRecord[] {
    return this.#o.apiKeys.all();
  }

  /** `revoked` or `was revoked already`; undefined when there is no such key. Running backends refuse it at their next request. */
  revokeApiKey(id: string, actor: Actor = {}): 'revoked' | 'was revoked already' | undefined {
    const { store, apiKeys, audit } = this.#o;
    return store.transaction(() => {
      const outcome = apiKeys.revoke(id);
      if (outcome?.changed) audit.write('api-key-revoked', `${id} ${outcome.name}`, actor);
      return outcome && (outcome.changed ? 'revoked' as const : 'was revoked already' as const);
    }).immediate();
  }

  signingKeys(): SigningKeyRecord[] {
    const nowS = Math.floor(this.#o.clock.wallMs() / 1000);
    const keys = this.#o.keys.all();
    return keys.map((key) => ({
      id: idOf(key), use: key.use, state: key.state, signsFromS: startOf(key), notAfterS: key.notAfterS,
      signs: signingKeyAt(keys, key.use, nowS) === key, liveCodes: this.#liveCodes(key, nowS),
    }));
  }

  #liveCodes(key: IssuerKey, nowS: number): number {
    if (key.use !== 'token') return 0;
    return this.#o.store.prepare<[Uint8Array, number], number>('SELECT count(*) FROM tokens WHERE key_id = ? AND expires_at_s > ? AND status <> \'revoked\'')
      .pluck().get(key.signer.keyId, nowS) ?? 0;
  }
}
