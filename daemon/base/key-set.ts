import type { KeyObject } from 'node:crypto';
import type { Signer } from './token.ts';

export type KeyUse = 'token' | 'list' | 'command';
export type KeyState = 'active' | 'retired' | 'revoked';

export interface SetKey {
  /** 4 bytes. */
  id: Uint8Array;
  use: KeyUse;
  state: KeyState;
  /** Raw Ed25519 public key, 32 bytes. */
  publicKey: Uint8Array;
  notBeforeS: number;
  notAfterS: number;
}

/** The issuer's keys, signed by a root key that the device holds. */
export interface KeySet {
  version: number;
  issuedAtS: number;
  keys: SetKey[];
  /** The lowest token-list version a door must accept again after the key that signed a higher one was revoked. */
  listFloor: number;
  /** A root's signed successor: a further root public key the device takes on. */
  nextRoot?: Uint8Array;
}

export declare function signKeySet(set: KeySet, root: Signer): Uint8Array;
/** Reads and verifies under one of `roots` (raw 32-byte public keys). Throws PosternError('key-set-refused', why). */
export declare function readKeySet(bytes: Uint8Array, roots: Uint8Array[]): KeySet;
export declare function publicKeyOf(key: SetKey): KeyObject;
