import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { KEY_BYTES, signerFromSeed, type Signer } from '../../base/ed25519.ts';
import { PosternError } from '../../base/errors.ts';
import type { RandomSource } from '../../base/ids.ts';
import type { KeyState } from '../../base/key-set.ts';
import { ZONE_MASTER_BYTES } from '../../base/step-code.ts';
import type { Store } from '../store.ts';
import { KEY_LIFE_S, OVERLAP_S, readIssuerKeys, signingKeyAt, type IssuerKey } from './issuer-keys.ts';
import { issueKeySet, newestKeySet, type IssuedKeySet } from './key-set-issue.ts';

/** The secrets of an issuer, 32 bytes each. */
export interface Seeds {
  root: Uint8Array;
  token: Uint8Array;
  list: Uint8Array;
  zoneMaster: Uint8Array;
}

/** Draws the secrets of a new issuer. */
export function drawSeeds(random: RandomSource): Seeds {
  return { root: random(KEY_BYTES), token: random(KEY_BYTES), list: random(KEY_BYTES), zoneMaster: random(ZONE_MASTER_BYTES) };
}

interface Held extends IssuedKeySet {
  keys: IssuerKey[];
}

/**
 * The issuer's keys: roots, those for tokens and for lists, and the zone master of rotating codes. Another process may
 * change them (key-rotation.ts): each change is a new version of the key set, and the version is looked at at every use.
 */
export class SigningKeys {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #newestVersion;
  #held: Held;
  readonly zoneMaster: Uint8Array;

  private constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#newestVersion = store.prepare<[], number>('SELECT max(version) FROM key_sets').pluck();
    this.#held = this.#read();
    this.zoneMaster = store.prepare<[], Buffer>('SELECT master FROM zone_masters ORDER BY id DESC').pluck().get() as Buffer;
  }

  /**
   * Reads the keys of `store`; an empty one gets those of `seeds` first, in the same transaction.
   * Those are valid from `validFromS` on, which is the earliest issue time that tokens may carry.
   */
  static open(store: Store, clock: Clock, seeds: () => Seeds, validFromS: number): SigningKeys {
    return store.transaction(() => {
      if (!store.prepare('SELECT 1 FROM signing_keys').get()) found(store, seeds(), Math.floor(clock.wallMs() / 1000), validFromS);
      return new SigningKeys(store, clock);
    }).immediate();
  }

  /** What signs tokens now. To be asked for once a token. Throws PosternError('no-signing-key'). */
  get token(): Signer {
    return this.#signer('token');
  }

  /** What signs lists now. To be asked for once a list. Throws PosternError('no-signing-key'). */
  get list(): Signer {
    return this.#signer('list');
  }

  /** The newest signed key set, as doors fetch it. */
  get keySet(): Uint8Array {
    return this.#current.signed;
  }

  /** What the newest key set says: a door whose highest list was signed by a revoked key takes lists from this version on. */
  get listFloor(): number {
    return this.#current.listFloor;
  }

  /** Raw public keys of 32 bytes, for the doors' root keys file: what signs key sets, and what will. */
  rootPublicKeys(): Uint8Array[] {
    return this.#current.keys.filter((key) => key.use === 'root' && key.state !== 'retired').map((key) => key.publicKey);
  }

  /** 4 bytes each, whatever their state. */
  tokenKeyIds(): Uint8Array[] {
    return this.#current.keys.filter((key) => key.use === 'token').map((key) => key.signer.keyId);
  }

  tokenKey(keyId: Uint8Array): { publicKey: KeyObject; state: KeyState } | undefined {
    const key = this.#current.keys.find((it) => it.use === 'token' && Buffer.compare(it.signer.keyId, keyId) === 0);
    return key && { publicKey: key.verifier, state: key.state as KeyState };
  }

  /** What signed the tokens of that key, to write one of them again; undefined for a key that is not here. */
  tokenSigner(keyId: Uint8Array): Signer | undefined {
    return this.#current.keys.find((it) => it.use === 'token' && Buffer.compare(it.signer.keyId, keyId) === 0)?.signer;
  }

  /** All of them, oldest first. */
  all(): readonly IssuerKey[] {
    return this.#current.keys;
  }

  #signer(use: 'token' | 'list'): Signer {
    const key = signingKeyAt(this.#current.keys, use, this.#nowS);
    if (key) return key.signer;
    throw new PosternError('no-signing-key', `The time of the ${use} key is over, so nothing can be signed. Run: postern backend rotate-key ${use} --lead 0s`);
  }

  get #current(): Held {
    if (this.#newestVersion.get() !== this.#held.version) this.#held = this.#read();
    return this.#held;
  }

  get #nowS(): number {
    return Math.floor(this.#clock.wallMs() / 1000);
  }

  #read(): Held {
    return { ...newestKeySet(this.#store) as IssuedKeySet, keys: readIssuerKeys(this.#store) };
  }
}

function found(store: Store, seeds: Seeds, nowS: number, validFromS: number): void {
  const insert = store.prepare('INSERT INTO signing_keys (id, use, state, seed, not_before_s, not_after_s) VALUES (?, ?, ?, ?, ?, ?)');
  for (const use of ['root', 'token', 'list'] as const) {
    insert.run(signerFromSeed(seeds[use]).keyId, use, 'active', seeds[use], Math.max(0, validFromS - OVERLAP_S), nowS + KEY_LIFE_S);
  }
  store.prepare('INSERT INTO zone_masters (master) VALUES (?)').run(seeds.zoneMaster);
  issueKeySet(store, nowS);
}
