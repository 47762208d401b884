import { ruuidOf, uuidBytes } from '../../base/ids.ts';
import { publicKeyOf, type KeySet } from '../../base/key-set.ts';
import { readToken, verifyToken, type TokenClaims, type UnverifiedToken } from '../../base/token.ts';
import { denialText } from '../../base/verdict.ts';
import type { PassRequest } from './pass-request.ts';

/** What the code of a pass must be. */
export interface AskedCode {
  tokenId: string;
  /** RUUID. */
  door: string;
  request: PassRequest;
  /** When the backend says that it expires. */
  expiresAtMs: number;
}

/** What is wrong with a code as it was read from its picture, in words that go after "the code"; undefined when nothing is. */
export function codeFault(text: string, asked: AskedCode, keys: KeySet): string | undefined {
  const read = readToken(text);
  if (!read.ok) return `is no door code: ${denialText[read.reason]}`;
  return keyFault(read.token, keys) ?? claimsFault(read.token.claims, asked);
}

function keyFault(token: UnverifiedToken, keys: KeySet): string | undefined {
  const key = keys.keys.find((it) => Buffer.compare(it.id, token.keyId) === 0);
  if (!key || key.use !== 'token') return 'is signed with a key that the backend\'s key set does not have';
  const { issuedAtS } = token.claims;
  if (key.state === 'revoked' || issuedAtS < key.notBeforeS || issuedAtS > key.notAfterS) return 'is signed with a key that was not to sign it';
  return verifyToken(token, publicKeyOf(key)) ? undefined : 'has a signature that does not verify';
}

function claimsFault(claims: TokenClaims, { tokenId, door, request, expiresAtMs }: AskedCode): string | undefined {
  const fromS = request.fromMs === undefined ? undefined : Math.floor(request.fromMs / 1000);
  const expected: [name: string, is: unknown, asked: unknown][] = [
    ['id', ruuidOf(claims.id), tokenId],
    ['door', claims.doors.map(ruuidOf).join(' '), ruuidOf(uuidBytes(door) ?? new Uint8Array())],
    ['beginning', claims.notBeforeS, fromS],
    ['end', claims.expiresAtS, (fromS ?? claims.issuedAtS) + request.validS],
    ['end, as the backend tells it', claims.expiresAtS * 1000, expiresAtMs],
    ['number of uses', claims.uses, request.uses],
    ['re-entry grace', claims.reentryGraceS, request.reentryGraceS],
    ['schedule', claims.hours, request.hours],
    ['extended time', claims.extended ?? false, request.extended],
    ['changing', claims.rotating ?? false, request.rotating],
  ];
  const wrong = expected.find(([, is, asked]) => is !== asked);
  return wrong && `is not what was asked for: its ${wrong[0]} is ${String(wrong[1])}, not ${String(wrong[2])}`;
}
