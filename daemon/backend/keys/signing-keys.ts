import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { KEY_BYTES, publicKeyFromRaw, rawPublicKey, signerFromSeed, type Signer } from '../../base/ed25519.ts';
import type { RandomSource } from '../../base/ids.ts';
import { signKeySet, type KeyState, type SetKey } from '../../base/key-set.ts';
import { ZONE_MASTER_BYTES } from '../../base/step-code.ts';
import type { Store } from '../store.ts';

/** The secrets of an issuer, 32 bytes each. */
export interface Seeds {
  root: Uint8Array;
  token: Uint8Array;
  list: Uint8Array;
  zoneMaster: Uint8Array;
}

interface KeyRow {
  use: 'root' | 'token' | 'list';
  state: KeyState;
  seed: Buffer;
  not_before_s: number;
  not_after_s: number;
}

interface IssuerKey {
  use: KeyRow['use'];
  state: KeyState;
  signer: Signer;
  publicKey: Uint8Array;
  /** The same, as what verifies: made once, for it takes a third of a verification to make. */
  verifier: KeyObject;
  notBeforeS: number;
  notAfterS: number;
}

const DAY_S = 86_400;
const KEY_LIFE_S = 5 * 365 * DAY_S;

/** Draws the secrets of a new issuer. */
export function drawSeeds(random: RandomSource): Seeds {
  return { root: random(KEY_BYTES), token: random(KEY_BYTES), list: random(KEY_BYTES), zoneMaster: random(ZONE_MASTER_BYTES) };
}

/** The issuer's keys: one root, one for tokens, one for lists, and the zone master of rotating codes. */
export class SigningKeys {
  readonly #keys: IssuerKey[];
  readonly zoneMaster: Uint8Array;
  /** The signed key set, as doors fetch it. */
  readonly keySet: Uint8Array;

  private constructor(keys: IssuerKey[], zoneMaster: Uint8Array, keySet: Uint8Array) {
    this.#keys = keys;
    this.zoneMaster = zoneMaster;
    this.keySet = keySet;
  }

  /**
   * Reads the keys of `store`; an empty one gets those of `seeds` first, in the same transaction.
   * Those are valid from `validFromS` on, which is the earliest issue time that tokens may carry.
   */
  static open(store: Store, clock: Clock, seeds: () => Seeds, validFromS: number): SigningKeys {
    return store.transaction(() => {
      if (!store.prepare('SELECT 1 FROM signing_keys').get()) found(store, seeds(), Math.floor(clock.wallMs() / 1000), validFromS);
      const keys = readKeys(store);
      const zoneMaster = store.prepare<[], Buffer>('SELECT master FROM zone_masters ORDER BY id DESC').pluck().get() as Buffer;
      const keySet = store.prepare<[], Buffer>('SELECT signed FROM key_sets ORDER BY version DESC').pluck().get() as Buffer;
      return new SigningKeys(keys, zoneMaster, keySet);
    }).immediate();
  }

  get token(): Signer {
    return activeSigner(this.#keys, 'token');
  }

  get list(): Signer {
    return activeSigner(this.#keys, 'list');
  }

  /** Raw public keys of 32 bytes, for the doors' root keys file. */
  rootPublicKeys(): Uint8Array[] {
    return this.#keys.filter((key) => key.use === 'root').map((key) => key.publicKey);
  }

  /** 4 bytes each, whatever their state. */
  tokenKeyIds(): Uint8Array[] {
    return this.#keys.filter((key) => key.use === 'token').map((key) => key.signer.keyId);
  }

  tokenKey(keyId: Uint8Array): { publicKey: KeyObject; state: KeyState } | undefined {
    const key = this.#keys.find((it) => it.use === 'token' && Buffer.compare(it.signer.keyId, keyId) === 0);
    return key && { publicKey: key.verifier, state: key.state };
  }

  /** What signed the tokens of that key, to write one of them again; undefined for a key that is not here. */
  tokenSigner(keyId: Uint8Array): Signer | undefined {
    return this.#keys.find((it) => it.use === 'token' && Buffer.compare(it.signer.keyId, keyId) === 0)?.signer;
  }
}

function found(store: Store, seeds: Seeds, nowS: number, validFromS: number): void {
  const insert = store.prepare('INSERT INTO signing_keys (id, use, state, seed, not_before_s, not_after_s) VALUES (?, ?, ?, ?, ?, ?)');
  for (const use of ['root', 'token', 'list'] as const) {
    insert.run(signerFromSeed(seeds[use]).keyId, use, 'active', seeds[use], validFromS, nowS + KEY_LIFE_S);
  }
  store.prepare('INSERT INTO zone_masters (master) VALUES (?)').run(seeds.zoneMaster);
  const keys = readKeys(store);
  const signed = signKeySet({ version: 1, issuedAtS: nowS, keys: keys.flatMap(publishedKey), listFloor: 0 }, activeSigner(keys, 'root'));
  store.prepare('INSERT INTO key_sets (version, signed) VALUES (1, ?)').run(signed);
}

function readKeys(store: Store): IssuerKey[] {
  return store.prepare<[], KeyRow>('SELECT use, state, seed, not_before_s, not_after_s FROM signing_keys').all().map((row) => {
    const signer = signerFromSeed(row.seed);
    const publicKey = rawPublicKey(signer.privateKey);
    return { use: row.use, state: row.state, signer, publicKey, verifier: publicKeyFromRaw(publicKey), notBeforeS: row.not_before_s, notAfterS: row.not_after_s };
  });
}

function publishedKey(key: IssuerKey): SetKey[] {
  const { use, state, publicKey, notBeforeS, notAfterS } = key;
  return use === 'root' ? [] : [{ id: key.signer.keyId, use, state, publicKey, notBeforeS, notAfterS }];
}

function activeSigner(keys: IssuerKey[], use: IssuerKey['use']): Signer {
  const key = keys.find((it) => it.use === use && it.state === 'active');
  if (!key) throw new Error(`there is no active ${use} key`);
  return key.signer;
}
