import type { KeyObject } from 'node:crypto';
import { publicKeyFromRaw, rawPublicKey, signerFromSeed, type Signer } from '../../base/ed25519.ts';
import type { KeyState, SetKey } from '../../base/key-set.ts';
import type { Store } from '../store.ts';

export type IssuerKeyUse = 'root' | 'token' | 'list';
/** `spare`: a root that doors have been told of and that signs nothing yet. */
export type IssuerKeyState = KeyState | 'spare';

/** One of the issuer's keys, with its secret half. */
export interface IssuerKey {
  use: IssuerKeyUse;
  state: IssuerKeyState;
  signer: Signer;
  /** Raw, 32 bytes. */
  publicKey: Uint8Array;
  verifier: KeyObject;
  notBeforeS: number;
  notAfterS: number;
}

interface KeyRow {
  use: IssuerKeyUse;
  state: IssuerKeyState;
  seed: Buffer;
  notBeforeS: number;
  notAfterS: number;
}

const DAY_S = 86_400;
export const KEY_LIFE_S = 5 * 365 * DAY_S;
/**
 * The windows of a key and its successor overlap by so much on either side of the change: what is being issued at that very
 * moment is good under either.
 */
export const OVERLAP_S = 60;
/** No token lives longer after its issue, and no door decides by a list for longer. */
export const KEPT_AFTER_END_S = 400 * DAY_S;

export function readIssuerKeys(store: Store): IssuerKey[] {
  const rows = store.prepare<[], KeyRow>('SELECT use, state, seed, not_before_s AS notBeforeS, not_after_s AS notAfterS FROM signing_keys ORDER BY not_before_s, rowid').all();
  return rows.map(({ seed, ...row }) => {
    const signer = signerFromSeed(seed);
    const publicKey = rawPublicKey(signer.privateKey);
    return { ...row, signer, publicKey, verifier: publicKeyFromRaw(publicKey) };
  });
}

/** The key that signs at `nowS`: of those in their time the newest. A retired one signs until its successor takes over. */
export function signingKeyAt(keys: readonly IssuerKey[], use: IssuerKeyUse, nowS: number): IssuerKey | undefined {
  const inTime = keys.filter((key) => key.use === use && isSigning(key) && key.notBeforeS + OVERLAP_S <= nowS && nowS <= key.notAfterS);
  return inTime.toSorted((a, b) => a.notBeforeS - b.notBeforeS).at(-1);
}

/** The key that stands ready and takes over later. */
export function waitingKey(keys: readonly IssuerKey[], use: IssuerKeyUse, nowS: number): IssuerKey | undefined {
  return keys.find((key) => key.use === use && key.state === 'active' && key.notBeforeS + OVERLAP_S > nowS);
}

/** As the key set publishes them: all but the roots. */
export function publishedKeys(keys: readonly IssuerKey[]): SetKey[] {
  return keys.flatMap((key) => {
    const { use, state, publicKey, notBeforeS, notAfterS, signer } = key;
    if (use === 'root' || state === 'spare') return [];
    return [{ id: signer.keyId, use, state, publicKey, notBeforeS, notAfterS }];
  });
}

function isSigning({ use, state }: IssuerKey): boolean {
  return state === 'active' || (state === 'retired' && use !== 'root');
}
