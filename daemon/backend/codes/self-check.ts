import type { KeyObject } from 'node:crypto';
import { uuidBytes } from '../../base/ids.ts';
import type { KeyState } from '../../base/key-set.ts';
import { readToken, verifyTokenAside, type TokenClaims } from '../../base/token.ts';
import type { IssueRequest } from './issue-request.ts';

/**
 * What is wrong with a code about to be handed out: it must read as a door would read it, verify under a key that
 * doors take, and say what was asked for and no more. Undefined when all is well.
 */
export async function faultIn(text: string, asked: IssueRequest, keyOf: (keyId: Uint8Array) => { publicKey: KeyObject; state: KeyState } | undefined): Promise<string | undefined> {
  const read = readToken(text);
  if (!read.ok) return `it reads as ${read.reason}`;
  const key = keyOf(read.token.keyId);
  if (!key || key.state === 'revoked') return 'its key is not one that doors take';
  if (!await verifyTokenAside(read.token, key.publicKey)) return 'its signature does not verify';
  const differing = Object.entries(askedOf(asked, read.token.claims.issuedAtS)).find(([claim, value]) => !isSame(value, saidBy(read.token.claims)[claim as keyof Said]));
  return differing && `its ${differing[0]} are not those that were asked for`;
}

/** What a token says beside its id and issue time, in comparable form. */
interface Said {
  doors: string[];
  beginning: number | undefined;
  end: number;
  uses: number | undefined;
  grace: number | undefined;
  hours: string | undefined;
  options: boolean[];
}

function askedOf(asked: IssueRequest, issuedAtS: number): Said {
  const beginning = asked.notBeforeMs === undefined ? undefined : Math.floor(asked.notBeforeMs / 1000);
  return {
    doors: asked.doors.map((door) => hex(uuidBytes(door))),
    beginning,
    end: (beginning ?? issuedAtS) + asked.validS,
    uses: asked.uses, grace: asked.reentryGraceS, hours: asked.hours,
    options: [asked.extended ?? false, asked.rotating ?? false],
  };
}

function saidBy(claims: TokenClaims): Said {
  return {
    doors: claims.doors.map(hex),
    beginning: claims.notBeforeS, end: claims.expiresAtS, uses: claims.uses, grace: claims.reentryGraceS, hours: claims.hours,
    options: [claims.extended ?? false, claims.rotating ?? false],
  };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
