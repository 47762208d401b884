import type { AccessPolicy } from '../../../daemon/access/access-policy.ts';
import type { TimeReading } from '../../../daemon/access/clock-trust.ts';
import { signerFromSeed } from '../../../daemon/base/ed25519.ts';
import type { ListHead } from '../../../daemon/base/token-list-file.ts';
import type { TokenUses } from '../../../daemon/base/token-use.ts';
import type { TokenClaims } from '../../../daemon/base/token.ts';

/** The everyday case that the tables of the rules depart from: Monday, 2 March 2026, 12:00 UTC, a token of this morning. */
export const NOON_S = Date.parse('2026-03-02T12:00:00Z') / 1_000;
export const NOON_MS = NOON_S * 1_000;
export const HOUR_S = 3_600;
export const DAY_S = 86_400;

export const HERE = Buffer.alloc(16, 0x11);
export const ELSEWHERE = Buffer.alloc(16, 0x22);
export const TOKEN_ID = Buffer.alloc(16, 0xab);

export const tokenSigner = signerFromSeed(Buffer.alloc(32, 1));
export const listSigner = signerFromSeed(Buffer.alloc(32, 2));
export const rootSigner = signerFromSeed(Buffer.alloc(32, 3));
export const tokenKeyId = Buffer.from(tokenSigner.keyId).toString('hex');

export const policy: AccessPolicy = {
  maxTokenDays: 31,
  maxListAgeMs: 24 * HOUR_S * 1_000,
  whenNewerThanList: 'grant',
  whenListStale: 'deny',
  whenClockUnverified: 'deny',
  foreignCodes: 'deny',
  timeZone: 'UTC',
  schedules: { mornings: { weekly: { mon: ['08:00-12:00'] }, exceptions: [] }, afternoons: { weekly: { mon: ['12:00-18:00'] }, exceptions: [] } },
};

export function claims(changes: Partial<TokenClaims> = {}): TokenClaims {
  return { id: TOKEN_ID, doors: [HERE], issuedAtS: NOON_S - 4 * HOUR_S, expiresAtS: NOON_S + DAY_S, ...changes };
}

export function uses(changes: Partial<TokenUses> = {}): TokenUses {
  return { counted: 0, lastCountedAtMs: undefined, lastStep: undefined, ...changes };
}

export function time(changes: Partial<TimeReading> = {}): TimeReading {
  return { trust: 'verified', nowMs: NOON_MS, floorMs: NOON_MS - 60_000, ...changes };
}

export function listHead(changes: Partial<ListHead> = {}): ListHead {
  return {
    door: HERE, version: 7, issuedAtS: NOON_S - HOUR_S, expiresAtS: NOON_S + 7 * DAY_S,
    asOfS: { [tokenKeyId]: NOON_S - 2 * HOUR_S }, count: 1, ...changes,
  };
}
