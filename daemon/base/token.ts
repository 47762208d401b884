import type { KeyObject } from 'node:crypto';
import type { DenialReason } from './verdict.ts';

/** What a token says. Times are whole seconds since the epoch, as in RFC 8392. */
export interface TokenClaims {
  /** 16 random bytes. */
  id: Uint8Array;
  /** The doors it opens, 16 bytes each, at least one; the first is the spending door of a token with uses. */
  doors: Uint8Array[];
  issuedAtS: number;
  expiresAtS: number;
  notBeforeS?: number;
  /** How often it opens; absent: as often as one likes while it is valid. */
  uses?: number;
  /** Seconds in which the same door counts no second use, at most 300. */
  reentryGraceS?: number;
  /** Name of a schedule of the door. */
  hours?: string;
  extended?: boolean;
  rotating?: boolean;
}

/** Signs with one key; `keyId` is 4 bytes. */
export interface Signer {
  keyId: Uint8Array;
  privateKey: KeyObject;
}

/** A token as read from a code, its signature not yet looked at. */
export interface UnverifiedToken {
  claims: TokenClaims;
  keyId: Uint8Array;
  /** The eight digits shown with a rotating token. */
  stepCode: string | undefined;
  /** The COSE_Sign1 bytes. */
  signed: Uint8Array;
}

export type ReadToken = { ok: true; token: UnverifiedToken } | { ok: false; reason: Extract<DenialReason, 'garbage' | 'token-malformed' | 'token-too-new'> };

export declare function signToken(claims: TokenClaims, signer: Signer): string;
export declare function readToken(text: string): ReadToken;
export declare function verifyToken(token: UnverifiedToken, publicKey: KeyObject): boolean;
/** What identifies one code in front of the camera: the same for every step of one rotating token; a hash, never the text. */
export declare function showingKey(text: string): string;
export declare function withStepCode(text: string, code: string): string;
/** HMAC-SHA-256(zone master, token id): the key of a rotating token. */
export declare function rotatingKey(zoneMaster: Uint8Array, tokenId: Uint8Array): Uint8Array;
export declare function stepOf(wallMs: number): number;
export declare function stepCodeOf(key: Uint8Array, step: number): string;
