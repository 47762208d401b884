import { isOpenAt } from '../base/schedule.ts';
import { stepCodeOf, stepOf } from '../base/step-code.ts';
import type { ListEntry } from '../base/token-list-file.ts';
import type { TokenUses, UseOfToken } from '../base/token-use.ts';
import type { TokenClaims } from '../base/token.ts';
import type { DenialReason } from '../base/verdict.ts';
import type { AccessPolicy } from './access-policy.ts';
import { boundsOf, type TimeReading } from './clock-trust.ts';

/** A token whose signature verified, and what the door knows beside it at the moment of deciding. */
export interface LocalFacts {
  claims: TokenClaims;
  /** The eight digits shown with a rotating token. */
  stepCode: string | undefined;
  /** The key of a rotating token; undefined when the door was not given the zone's master. */
  stepKey: Uint8Array | undefined;
  /** This door, 16 bytes. */
  door: Uint8Array;
  time: TimeReading;
  /** The token's entry in the list in hand, fresh or not. */
  listed: ListEntry | undefined;
  /** The backend told a revocation that the list in hand need not have yet. */
  heardRevoked: boolean;
  /** What this door has on record. */
  uses: TokenUses;
  lockdown: boolean;
}

type Rule = (facts: LocalFacts, policy: AccessPolicy) => DenialReason | undefined;

/** How far ahead of the door's clock an issuer's may be. */
const ISSUED_AHEAD_MS = 60_000;
const DAY_S = 86_400;

/** In the order in which they are asked; the first that denies names the reason. */
const RULES: readonly Rule[] = [door, issueTime, length, begin, expiry, hours, listing, useCount, step, lockdown];

/** Why the door denies the token without asking anyone; undefined when it does not. Such a denial is final. */
export function localDenial(facts: LocalFacts, policy: AccessPolicy): DenialReason | undefined {
  for (const rule of RULES) {
    const reason = rule(facts, policy);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** What a grant uses up, whoever grants it. */
export function useOf(facts: LocalFacts): UseOfToken {
  const { claims, time } = facts;
  const counts = claims.uses === undefined || inReentryGrace(facts) ? 0 : 1;
  const accepted = acceptedStep(facts);
  return { tokenId: Buffer.from(claims.id).toString('base64url'), counts, atMs: time.nowMs, ...(accepted === undefined ? {} : { step: accepted }) };
}

function door({ claims, door }: LocalFacts): DenialReason | undefined {
  return claims.doors.some((named) => Buffer.compare(named, door) === 0) ? undefined : 'wrong-door';
}

function issueTime({ claims, time }: LocalFacts, policy: AccessPolicy): DenialReason | undefined {
  return claims.issuedAtS * 1_000 > bounds(time, policy).latestMs + ISSUED_AHEAD_MS ? 'issued-in-future' : undefined;
}

function length({ claims }: LocalFacts, policy: AccessPolicy): DenialReason | undefined {
  return claims.expiresAtS - claims.issuedAtS > policy.maxTokenDays * DAY_S ? 'too-long' : undefined;
}

function begin({ claims, time }: LocalFacts, policy: AccessPolicy): DenialReason | undefined {
  return claims.notBeforeS !== undefined && bounds(time, policy).latestMs < claims.notBeforeS * 1_000 ? 'not-yet-valid' : undefined;
}

/** The moment of expiry is no longer in it (RFC 8392 §3.1.4, RFC 7519 §4.1.4: "on or after"). */
function expiry({ claims, time }: LocalFacts, policy: AccessPolicy): DenialReason | undefined {
  return bounds(time, policy).earliestMs >= claims.expiresAtS * 1_000 ? 'expired' : undefined;
}

/** Only the door knows its schedules: without a clock nobody else can judge the hours. A schedule it does not have is never open. */
function hours({ claims, time }: LocalFacts, policy: AccessPolicy): DenialReason | undefined {
  if (claims.hours === undefined) return undefined;
  if (!believes(time, policy)) return 'clock-unverified';
  const schedule = Object.hasOwn(policy.schedules, claims.hours) ? policy.schedules[claims.hours] : undefined;
  return schedule && isOpenAt(schedule, policy.timeZone, time.nowMs) ? undefined : 'out-of-hours';
}

/** By whatever list is in hand: a revocation stays true however old it is, and a suspension stands until a list or nobody lifts it. */
function listing({ listed, heardRevoked }: LocalFacts): DenialReason | undefined {
  if (heardRevoked || listed?.status === 'revoked') return 'revoked';
  return listed?.status === 'suspended' ? 'suspended' : undefined;
}

/** Uses counted here and, as the list tells, elsewhere: both only ever rise, so this is true however old the list is. */
function useCount(facts: LocalFacts): DenialReason | undefined {
  const { claims, uses, listed } = facts;
  if (claims.uses === undefined || inReentryGrace(facts)) return undefined;
  return uses.counted + (listed?.spent ?? 0) >= claims.uses ? 'used-up' : undefined;
}

/** A rotating token needs the digits of its live pass: from the current step or one beside it, and each step opens once. */
function step(facts: LocalFacts, policy: AccessPolicy): DenialReason | undefined {
  if (!facts.claims.rotating) return undefined;
  if (facts.stepCode === undefined) return 'step-missing';
  if (!believes(facts.time, policy)) return 'clock-unverified';
  // Without the zone's master the door cannot tell; then only the backend can grant it.
  if (facts.stepKey === undefined) return undefined;
  const accepted = acceptedStep(facts);
  if (accepted === undefined) return 'step-wrong';
  return facts.uses.lastStep !== undefined && accepted <= facts.uses.lastStep ? 'step-spent' : undefined;
}

function lockdown({ lockdown }: LocalFacts): DenialReason | undefined {
  return lockdown ? 'lockdown' : undefined;
}

function acceptedStep({ stepCode, stepKey, time }: LocalFacts): number | undefined {
  if (stepCode === undefined || stepKey === undefined) return undefined;
  const now = stepOf(time.nowMs);
  return [now, now - 1, now + 1].find((candidate) => stepCodeOf(stepKey, candidate) === stepCode);
}

/** Whoever comes back within the grace after an opening that counted is still on the same use. A clock that went back gives no grace. */
function inReentryGrace({ claims, uses, time }: LocalFacts): boolean {
  if (claims.reentryGraceS === undefined || uses.lastCountedAtMs === undefined) return false;
  const sinceMs = time.nowMs - uses.lastCountedAtMs;
  return sinceMs >= 0 && sinceMs <= claims.reentryGraceS * 1_000;
}

function believes(time: TimeReading, policy: AccessPolicy): boolean {
  return policy.whenClockUnverified === 'grant' || time.trust === 'verified' || time.trust === 'rtc';
}

/**
 * A local denial is final, so it must be certain: while the clock is not believed, a token is expired only if it
 * was at the floor, and never too early. The backend, with its own clock, judges the rest; offline it is denied.
 */
function bounds(time: TimeReading, policy: AccessPolicy): { earliestMs: number; latestMs: number } {
  return policy.whenClockUnverified === 'grant' ? { earliestMs: time.nowMs, latestMs: time.nowMs } : boundsOf(time);
}
