import { createHash, type KeyObject } from 'node:crypto';
import { decodeBase45, encodeBase45 } from './base45.ts';
import { isBytes, isSecond, isWhole } from './bounds.ts';
import { decodeCbor, encodeCbor, type CborMap } from './cbor.ts';
import { readSign1, sign1, verifySign1, verifySign1Aside, type Sign1 } from './cose-sign1.ts';
import type { Signer } from './ed25519.ts';
import { PosternError } from './errors.ts';
import { fieldsOf, mapOf } from './labelled-map.ts';
import type { DenialReason } from './verdict.ts';

export type { Signer } from './ed25519.ts';
export { rotatingKey, stepCodeOf, stepOf } from './step-code.ts';

/** What a token says. Times are whole seconds since the epoch, as in RFC 8392. */
export interface TokenClaims {
  /** 16 random bytes. */
  id: Uint8Array;
  /** The doors it opens, 16 bytes each, 1 to 8, each once; the first is the spending door of a token with uses. */
  doors: Uint8Array[];
  issuedAtS: number;
  expiresAtS: number;
  notBeforeS?: number;
  /** How often it opens, 1 to 65535; absent: as often as one likes while it is valid. */
  uses?: number;
  /** Seconds in which the same door counts no second use, at most 300. */
  reentryGraceS?: number;
  /** Name of a schedule of the door: 1 to 32 of A-Z a-z 0-9 . _ - */
  hours?: string;
  extended?: boolean;
  rotating?: boolean;
}

/** A token as read from a code, its signature not yet looked at. */
export interface UnverifiedToken {
  claims: TokenClaims;
  keyId: Uint8Array;
  /** The eight digits shown with a rotating token. */
  stepCode: string | undefined;
  /** The COSE_Sign1, taken apart, and how long it is. */
  signed: Sign1;
  signedBytes: number;
}

export type ReadToken = { ok: true; token: UnverifiedToken } | { ok: false; reason: Extract<DenialReason, 'garbage' | 'token-malformed' | 'token-too-new'> };

/*
 * What a token comes to as it is shown: base45 of a COSE_Sign1 behind `PT1:`, or behind `PT1R`, eight digits and `:`
 * when it rotates. Every option is counted at its longest. One door plain stays within version 8, and one door with
 * every option within version 10, for fewer modules are read from further away.
 *
 * | claims | bytes | characters | QR version at M (modules) |
 * |---|---|---|---|
 * | one door, plain | 129 | 198 | 8 (49) |
 * | one door, not-before | 135 | 207 | 8 (49) |
 * | one door, one use | 137 | 210 | 8 (49) |
 * | one door, uses and re-entry grace | 143 | 219 | 8 (49) |
 * | one door, hours of 12 characters | 149 | 228 | 9 (53) |
 * | one door, extended | 137 | 210 | 8 (49) |
 * | one door, rotating | 137 | 219 | 8 (49) |
 * | one door, every option but rotating, hours of 32 | 186 | 283 | 10 (57) |
 * | one door, every option, hours of 32 | 188 | 295 | 10 (57) |
 * | two doors, plain | 147 | 225 | 9 (53) |
 * | two doors, every option, hours of 24 | 198 | 310 | 10 (57) |
 * | eight doors, plain | 249 | 378 | 12 (65) |
 * | eight doors, every option, hours of 32 | 308 | 475 | 13 (69) |
 */

const KIND = 'postern token 1';
const TEXT = /^PT1(?:R([0-9]{8}))?:(.*)$/s;
/** More than eight doors with every option take; longer texts are not worth decoding. */
const MAX_TEXT_CHARS = 512;
const ID_BYTES = 16;
const MAX_DOORS = 8;
const MAX_USES = 65_535;
const MAX_REENTRY_GRACE_S = 300;
const HOURS = /^[A-Za-z0-9._-]{1,32}$/;

/** The claim keys of RFC 8392 §4, and one of the private use range (less than -65536) for the map of what is ours. */
const CLAIM = { doors: 3, expiresAtS: 4, notBeforeS: 5, issuedAtS: 6, id: 7, ours: -65537 } as const;
const OURS = { uses: 1, reentryGraceS: 2, hours: 3, extended: 4, rotating: 5 } as const;

/** The text of the QR code. Throws PosternError('claims-bad') for claims outside their bounds. */
export function signToken(claims: TokenClaims, signer: Signer): string {
  const problem = claimsProblem(claims);
  if (problem) throw new PosternError('claims-bad', `This token cannot be issued: ${problem}.`);
  return `PT1:${encodeBase45(sign1(encodeCbor(claimsMap(claims)), KIND, signer))}`;
}

/** Reads any text. A token that says something unknown is `token-too-new`, for what is unknown may restrict. */
export function readToken(text: string): ReadToken {
  const [, stepCode, body] = TEXT.exec(text) ?? [];
  if (body === undefined) return { ok: false, reason: text.startsWith('PT1') ? 'token-malformed' : 'garbage' };
  if (text.length > MAX_TEXT_CHARS) return { ok: false, reason: 'token-malformed' };
  try {
    const bytes = decodeBase45(body);
    const signed = readSign1(bytes);
    const claims = readClaims(signed.payload);
    if (stepCode !== undefined && !claims.rotating) throw malformed('a step code on a token that does not rotate');
    return { ok: true, token: { claims, keyId: signed.keyId, stepCode, signed, signedBytes: bytes.length } };
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    return { ok: false, reason: thrown.code === 'signed-too-new' ? 'token-too-new' : 'token-malformed' };
  }
}

export function verifyToken(token: UnverifiedToken, publicKey: KeyObject): boolean {
  return verifySign1(token.signed, KIND, publicKey);
}

/** `verifyToken` beside the thread that asks, for who verifies many. */
export function verifyTokenAside(token: UnverifiedToken, publicKey: KeyObject): Promise<boolean> {
  return verifySign1Aside(token.signed, KIND, publicKey);
}

/** The text a live pass shows: the same signed bytes behind the code of the step. Throws PosternError('token-malformed'). */
export function withStepCode(text: string, code: string): string {
  if (!text.startsWith('PT1:') || !/^[0-9]{8}$/.test(code)) throw malformed('a step code goes, as 8 digits, on the text of a token');
  return `PT1R${code}:${text.slice('PT1:'.length)}`;
}

/** What identifies one code in front of the camera: the same for every step of one rotating token; a hash, never the text. */
export function showingKey(text: string): string {
  return createHash('sha256').update(text.replace(/^PT1R[0-9]{8}:/, 'PT1R:')).digest('hex').slice(0, 32);
}

function claimsMap(claims: TokenClaims): CborMap {
  const { extended, rotating, ...rest } = claims;
  const ours = mapOf(OURS, { ...rest, extended: extended ? true : undefined, rotating: rotating ? true : undefined });
  return mapOf(CLAIM, {
    ...rest,
    doors: claims.doors.length === 1 ? claims.doors[0] : claims.doors,
    ours: ours.size > 0 ? ours : undefined,
  });
}

function readClaims(payload: Uint8Array): TokenClaims {
  const { doors, ours, ...rest } = fieldsOf(decodeCbor(payload), CLAIM);
  const options = ours === undefined ? {} : fieldsOf(ours, OURS);
  // Of the wrong type, a claim fails the bounds below; only here is it taken for what it should be.
  const claims = { ...rest, ...options, doors: doors instanceof Uint8Array ? [doors] : doors } as unknown as TokenClaims;
  const problem = claimsProblem(claims);
  if (problem) throw malformed(problem);
  // One meaning, one text: an option that is off is left out, and a lone door stands by itself.
  if (Buffer.compare(encodeCbor(claimsMap(claims)), payload) !== 0) throw malformed('a claim is said in a roundabout way');
  return claims;
}

/** The bounds of every claim, for issuing and reading alike; types are checked too, for what was read may be anything. */
function claimsProblem(claims: TokenClaims): string | undefined {
  const { id, doors, issuedAtS, expiresAtS, notBeforeS, uses, reentryGraceS, hours } = claims;
  if (!isBytes(id, ID_BYTES)) return `its id has not ${ID_BYTES} bytes`;
  if (!Array.isArray(doors) || !isWhole(doors.length, 1, MAX_DOORS)) return `it names no door, or more than ${MAX_DOORS}`;
  if (!doors.every((door) => isBytes(door, ID_BYTES))) return `a door of it has not ${ID_BYTES} bytes`;
  if (new Set(doors.map((door) => Buffer.from(door).toString('hex'))).size < doors.length) return 'it names a door twice';
  if (!isSecond(issuedAtS)) return 'its issue time is no whole second';
  if (!isSecond(expiresAtS, issuedAtS + 1)) return 'its expiry is not a whole second after its issue';
  if (notBeforeS !== undefined && !isSecond(notBeforeS, 0, expiresAtS - 1)) return 'its begin is not a whole second before its expiry';
  if (uses !== undefined && !isWhole(uses, 1, MAX_USES)) return `its uses are not 1 to ${MAX_USES}`;
  if (reentryGraceS !== undefined && !isWhole(reentryGraceS, 1, MAX_REENTRY_GRACE_S)) return `its re-entry grace is not 1 to ${MAX_REENTRY_GRACE_S} s`;
  if (hours !== undefined && !(typeof hours === 'string' && HOURS.test(hours))) return 'its hours are no name of a schedule (1 to 32 of A-Z a-z 0-9 . _ -)';
  return undefined;
}

function malformed(why: string): PosternError {
  return new PosternError('token-malformed', `This token is malformed: ${why}.`);
}
