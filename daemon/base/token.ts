import { createHash, type KeyObject } from 'node:crypto';
import { decodeBase45, encodeBase45 } from './base45.ts';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from './cbor.ts';
import { readSign1, sign1, verifySign1 } from './cose-sign1.ts';
import type { Signer } from './ed25519.ts';
import { PosternError } from './errors.ts';
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
  /** The COSE_Sign1 bytes. */
  signed: Uint8Array;
}

export type ReadToken = { ok: true; token: UnverifiedToken } | { ok: false; reason: Extract<DenialReason, 'garbage' | 'token-malformed' | 'token-too-new'> };

const KIND = 'postern token 1';
const TEXT = /^PT1(?:R([0-9]{8}))?:(.*)$/s;
/** More than eight doors with every option take; longer texts are not worth decoding. */
const MAX_TEXT_CHARS = 512;
const MAX_DOORS = 8;
const MAX_USES = 65_535;
const MAX_REENTRY_GRACE_S = 300;
/** 9999-12-31T23:59:59Z: what a `Date` and every log can still write with four digits. */
const MAX_TIME_S = 253_402_300_799;
const HOURS = /^[A-Za-z0-9._-]{1,32}$/;

// Claim keys of RFC 8392 §4, and one of the private use range (less than -65536) for what is ours.
const CLAIM = { audience: 3, expires: 4, notBefore: 5, issued: 6, id: 7, ours: -65537 } as const;
const OURS = { uses: 1, reentryGrace: 2, hours: 3, extended: 4, rotating: 5 } as const;
const KNOWN_CLAIMS = new Set<unknown>(Object.values(CLAIM));
const KNOWN_OURS = new Set<unknown>(Object.values(OURS));

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
    const signed = decodeBase45(body);
    const { keyId, payload } = readSign1(signed);
    const claims = readClaims(payload);
    if (stepCode !== undefined && !claims.rotating) throw malformed('a step code on a token that does not rotate');
    return { ok: true, token: { claims, keyId, stepCode, signed } };
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    return { ok: false, reason: thrown.code.endsWith('-too-new') ? 'token-too-new' : 'token-malformed' };
  }
}

export function verifyToken(token: UnverifiedToken, publicKey: KeyObject): boolean {
  return verifySign1(readSign1(token.signed), KIND, publicKey);
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
  const [door, ...further] = claims.doors as [Uint8Array, ...Uint8Array[]];
  const ours = mapOf([
    [OURS.uses, claims.uses],
    [OURS.reentryGrace, claims.reentryGraceS],
    [OURS.hours, claims.hours],
    [OURS.extended, claims.extended ? true : undefined],
    [OURS.rotating, claims.rotating ? true : undefined],
  ]);
  return mapOf([
    [CLAIM.id, claims.id],
    [CLAIM.audience, further.length > 0 ? claims.doors : door],
    [CLAIM.issued, claims.issuedAtS],
    [CLAIM.expires, claims.expiresAtS],
    [CLAIM.notBefore, claims.notBeforeS],
    [CLAIM.ours, ours.size > 0 ? ours : undefined],
  ]);
}

function mapOf(entries: [number, CborValue | undefined][]): CborMap {
  return new Map(entries.filter((entry): entry is [number, CborValue] => entry[1] !== undefined));
}

function readClaims(payload: Uint8Array): TokenClaims {
  const map = knownMap(decodeCbor(payload), KNOWN_CLAIMS);
  const ours = map.has(CLAIM.ours) ? knownMap(map.get(CLAIM.ours), KNOWN_OURS) : undefined;
  const audience = map.get(CLAIM.audience);
  // Of the wrong type, a claim fails the bounds below; only here is it taken for what it should be.
  const claims = Object.fromEntries(Object.entries({
    id: map.get(CLAIM.id),
    doors: audience instanceof Uint8Array ? [audience] : audience,
    issuedAtS: map.get(CLAIM.issued),
    expiresAtS: map.get(CLAIM.expires),
    notBeforeS: map.get(CLAIM.notBefore),
    uses: ours?.get(OURS.uses),
    reentryGraceS: ours?.get(OURS.reentryGrace),
    hours: ours?.get(OURS.hours),
    extended: ours?.get(OURS.extended),
    rotating: ours?.get(OURS.rotating),
  }).filter(([, value]) => value !== undefined)) as unknown as TokenClaims;
  const problem = claimsProblem(claims);
  if (problem) throw malformed(problem);
  // One meaning, one text: what could be left out or said shorter must be.
  if (Buffer.compare(encodeCbor(claimsMap(claims)), payload) !== 0) throw malformed('a claim is said in a roundabout way');
  return claims;
}

function knownMap(value: CborValue | undefined, known: Set<unknown>): CborMap {
  if (!(value instanceof Map)) throw malformed('claims are not a map');
  for (const key of value.keys()) {
    if (!known.has(key)) throw new PosternError('token-too-new', `The claim ${key} is not known here: update this door.`);
  }
  return value;
}

/** The bounds of every claim, for issuing and reading alike; types are checked too, for what was read may be anything. */
function claimsProblem(claims: TokenClaims): string | undefined {
  const { id, doors, issuedAtS, expiresAtS, notBeforeS, uses, reentryGraceS, hours } = claims;
  if (!is16Bytes(id)) return 'its id has not 16 bytes';
  if (!Array.isArray(doors) || doors.length < 1 || doors.length > MAX_DOORS) return `it names no door, or more than ${MAX_DOORS}`;
  if (!doors.every(is16Bytes)) return 'a door of it has not 16 bytes';
  if (new Set(doors.map((door) => Buffer.from(door).toString('hex'))).size < doors.length) return 'it names a door twice';
  if (!isWhole(issuedAtS, 0, MAX_TIME_S)) return 'its issue time is no whole second';
  if (!isWhole(expiresAtS, issuedAtS + 1, MAX_TIME_S)) return 'its expiry is not a whole second after its issue';
  if (notBeforeS !== undefined && !isWhole(notBeforeS, 0, expiresAtS - 1)) return 'its begin is not a whole second before its expiry';
  if (uses !== undefined && !isWhole(uses, 1, MAX_USES)) return `its uses are not 1 to ${MAX_USES}`;
  if (reentryGraceS !== undefined && !isWhole(reentryGraceS, 1, MAX_REENTRY_GRACE_S)) return `its re-entry grace is not 1 to ${MAX_REENTRY_GRACE_S} s`;
  if (hours !== undefined && !(typeof hours === 'string' && HOURS.test(hours))) return 'its hours are no name of a schedule (1 to 32 of A-Z a-z 0-9 . _ -)';
  return undefined;
}

function is16Bytes(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === 16;
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function malformed(why: string): PosternError {
  return new PosternError('token-malformed', `This token is malformed: ${why}.`);
}
