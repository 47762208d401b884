import type { KeyState } from '../../base/key-set.ts';
import { rotatingKey, stepCodeOf, stepOf, type TokenClaims, type UnverifiedToken } from '../../base/token.ts';
import type { ListStatus } from '../../base/token-list-file.ts';
import type { TokenUses } from '../../base/token-use.ts';
import type { DenialReason } from '../../base/verdict.ts';

/** What the backend knows when it is asked about a token. */
export interface RulingFacts {
  nowMs: number;
  /** 16 bytes: the door that asks. */
  door: Uint8Array;
  /** Of the key that the token names; undefined for one that is not known. */
  keyState: KeyState | undefined;
  /** Whether its signature verifies under that key. */
  isSigned: boolean;
  /** Undefined for a token that is not on record. */
  status: ListStatus | undefined;
  /** Uses counted at all doors together. */
  spent: number;
  /** What is on record for the asking door. */
  atDoor: TokenUses;
  zoneMaster: Uint8Array;
  maxTokenDays: number;
  /** The door granted this very attempt by itself and its use is on record already: nothing is left to spend. */
  isReported: boolean;
}

export type Ruling =
  | { granted: true; counts: 0 | 1; step: number | undefined; extended: boolean }
  | { granted: false; reason: DenialReason };

const CLOCK_TOLERANCE_S = 60;
const DAY_S = 86_400;

/** The backend's verdict on a token: pure, the cheapest and most final reasons first, in the door's own order. */
export function rule(token: UnverifiedToken, facts: RulingFacts): Ruling {
  const { claims } = token;
  const refusal = keyRefusal(token, facts) ?? timeRefusal(claims, facts) ?? statusRefusal(facts);
  if (refusal) return { granted: false, reason: refusal };
  if (facts.isReported) return { granted: true, counts: 0, step: undefined, extended: claims.extended ?? false };
  const step = claims.rotating ? spendableStep(token, facts) : undefined;
  if (typeof step === 'string') return { granted: false, reason: step };
  const counts = countOf(claims, facts);
  if (counts === undefined) return { granted: false, reason: 'used-up' };
  return { granted: true, counts, step, extended: claims.extended ?? false };
}

function keyRefusal(token: UnverifiedToken, { keyState, isSigned, door }: RulingFacts): DenialReason | undefined {
  if (!keyState) return 'unknown-key';
  if (keyState === 'revoked') return 'key-revoked';
  if (!isSigned) return 'bad-signature';
  return token.claims.doors.some((it) => Buffer.compare(it, door) === 0) ? undefined : 'wrong-door';
}

function timeRefusal(claims: TokenClaims, { nowMs, maxTokenDays }: RulingFacts): DenialReason | undefined {
  const nowS = nowMs / 1000;
  if (claims.issuedAtS > nowS + CLOCK_TOLERANCE_S) return 'issued-in-future';
  if (claims.expiresAtS - claims.issuedAtS > maxTokenDays * DAY_S) return 'too-long';
  if (claims.notBeforeS !== undefined && nowS < claims.notBeforeS) return 'not-yet-valid';
  return nowS >= claims.expiresAtS ? 'expired' : undefined;
}

function statusRefusal({ status }: RulingFacts): DenialReason | undefined {
  if (status === undefined) return 'not-listed';
  return status === 'active' ? undefined : status;
}

/** The time step whose code is shown, now or one before or after (RFC 6238 §5.2), each spent once a door. */
function spendableStep(token: UnverifiedToken, facts: RulingFacts): number | DenialReason {
  if (token.stepCode === undefined) return 'step-missing';
  const key = rotatingKey(facts.zoneMaster, token.claims.id);
  const current = stepOf(facts.nowMs);
  const shown = [current, current - 1, current + 1].find((step) => stepCodeOf(key, step) === token.stepCode);
  if (shown === undefined) return 'step-wrong';
  return shown <= (facts.atDoor.lastStep ?? -1) ? 'step-spent' : shown;
}

/** How much the entry counts; undefined when nothing is left. The re-entry grace runs from the last counted use. */
function countOf(claims: TokenClaims, { nowMs, spent, atDoor }: RulingFacts): 0 | 1 | undefined {
  const { uses, reentryGraceS } = claims;
  if (uses === undefined) return 0;
  const sinceCountedMs = nowMs - (atDoor.lastCountedAtMs ?? -Infinity);
  if (reentryGraceS !== undefined && sinceCountedMs >= 0 && sinceCountedMs <= reentryGraceS * 1000) return 0;
  return spent < uses ? 1 : undefined;
}
