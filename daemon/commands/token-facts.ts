import { ruuidOf } from '../base/ids.ts';
import { readToken } from '../base/token.ts';
import type { TokenClaims, UnverifiedToken } from '../base/token.ts';
import { denialText } from '../base/verdict.ts';

/** What a door code says of itself, for people and programs: ids as RUUIDs, times in ISO 8601. */
export type TokenFacts = {
  id: string;
  /** Of the key it says it is signed with, hex. */
  keyId: string;
  doors: string[];
  issuedAt: string;
  notBefore?: string;
  expiresAt: string;
  /** The eight digits of a rotating token. */
  stepCode?: string;
} & Pick<TokenClaims, 'uses' | 'reentryGraceS' | 'hours' | 'extended' | 'rotating'> | { error: string };

/** The claims in a code's text, unverified; undefined when it is no door code. */
export function tokenFacts(text: string): TokenFacts | undefined {
  const read = readToken(text);
  if (read.ok) return factsOf(read.token);
  return read.reason === 'garbage' ? undefined : { error: denialText[read.reason] };
}

function factsOf({ claims, keyId, stepCode }: UnverifiedToken): TokenFacts {
  const { id, doors, issuedAtS, notBeforeS, expiresAtS, ...options } = claims;
  return {
    id: ruuidOf(id),
    keyId: Buffer.from(keyId).toString('hex'),
    doors: doors.map(ruuidOf),
    issuedAt: iso(issuedAtS),
    ...(notBeforeS === undefined ? {} : { notBefore: iso(notBeforeS) }),
    expiresAt: iso(expiresAtS),
    ...options,
    ...(stepCode === undefined ? {} : { stepCode }),
  };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
