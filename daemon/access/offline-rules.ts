import type { ListEntry, ListHead } from '../base/token-list-file.ts';
import type { TokenClaims } from '../base/token.ts';
import type { DenialReason, GrantRule } from '../base/verdict.ts';
import type { AccessPolicy } from './access-policy.ts';
import type { TimeReading } from './clock-trust.ts';

/** What the door has to go by when nobody answers, for a token that no local rule denies. */
export interface OfflineFacts {
  claims: TokenClaims;
  /** The key that signed the token, as the list names it: hex. */
  tokenKeyId: string;
  /** This door, 16 bytes. */
  door: Uint8Array;
  time: TimeReading;
  /** The list in hand, fresh or not. */
  list: ListHead | undefined;
  /** The token's entry in it. */
  listed: ListEntry | undefined;
  /** The door holds the zone's master, and so has checked a rotating token's step itself. */
  knowsSteps: boolean;
}

export type OfflineDecision = { rule: Exclude<GrantRule, 'backend'> } | { reason: DenialReason };

/** The verdict by the cached list. */
export function decideOffline(facts: OfflineFacts, policy: AccessPolicy): OfflineDecision {
  if (clockUnverified(facts, policy)) return { reason: 'clock-unverified' };
  if (needsOnline(facts)) return { reason: 'needs-online' };
  const fresh = facts.list !== undefined && isFresh(facts.list, facts.time.nowMs, policy.maxListAgeMs);
  if (!fresh && policy.whenListStale === 'deny') return { reason: 'list-stale' };
  const absence = facts.list && !facts.listed ? absenceDenial(facts, facts.list, policy) : undefined;
  if (absence) return { reason: absence };
  if (!fresh) return { rule: 'stale-list-allowed' };
  return { rule: facts.listed ? 'listed' : 'newer-than-list' };
}

/** Whether the list may still be decided by. `maxListAgeMs` also bounds how late a revocation reaches an offline door. */
export function isFresh(list: ListHead, nowMs: number, maxListAgeMs: number): boolean {
  return nowMs < freshUntilMs(list, maxListAgeMs);
}

/** Wall milliseconds: the earlier of the list's own expiry and the door's limit for its age. */
export function freshUntilMs(list: ListHead, maxListAgeMs: number): number {
  return Math.min(list.expiresAtS * 1_000, list.issuedAtS * 1_000 + maxListAgeMs);
}

function clockUnverified({ time }: OfflineFacts, policy: AccessPolicy): boolean {
  return policy.whenClockUnverified === 'deny' && time.trust !== 'verified' && time.trust !== 'rtc';
}

/** Uses are counted at one door, the first the token names, or two doors without a network would each grant the last one. */
function needsOnline({ claims, door, knowsSteps }: OfflineFacts): boolean {
  const spendsElsewhere = claims.uses !== undefined && Buffer.compare(claims.doors[0] as Uint8Array, door) !== 0;
  return spendsElsewhere || (claims.rotating === true && !knowsSteps);
}

/**
 * A token that is not on the list was withdrawn, or made with a copied key, if it is older than the snapshot the list
 * was built from. One as old or newer could not be on it yet.
 */
function absenceDenial({ claims, tokenKeyId }: OfflineFacts, list: ListHead, policy: AccessPolicy): DenialReason | undefined {
  if (claims.issuedAtS < snapshotS(list, tokenKeyId)) return 'not-listed';
  return policy.whenNewerThanList === 'deny' ? 'newer-than-list' : undefined;
}

/** For a key the snapshot had nothing of, the time of its newest token of any key: a new key begins after it, a pruned one ended before. */
function snapshotS(list: ListHead, tokenKeyId: string): number {
  const own = Object.hasOwn(list.asOfS, tokenKeyId) ? list.asOfS[tokenKeyId] : undefined;
  return own ?? Math.max(0, ...Object.values(list.asOfS));
}
