import type { ClockTrust } from '../base/events.ts';

/**
 * What the door knows of the time, as plain data. A moment is kept as its *offset*: the wall time of something
 * verified minus the monotonic time at which it was known, so that elapsed monotonic time adds itself.
 */
export interface TimeKnowledge {
  /** Per signer (list key id in hex, or `root`): the latest it vouched for. */
  readonly vouched: Readonly<Record<string, Vouched>>;
  /** The last verified answer of this run of the daemon; none yet: nobody has agreed with the clock. */
  readonly heardOffsetMs: number | undefined;
  readonly rtcHasBattery: boolean;
}

export interface Vouched {
  /** The floor under the clock: it has been at least this late. */
  readonly floorOffsetMs: number;
  /** The issue time itself; a repeated one tells nothing new, for it may be a recording. */
  readonly newestIssueMs: number;
}

export interface TimeReading {
  trust: ClockTrust;
  /** The best guess, never behind what was verified; whole milliseconds, as they are stored and signed. */
  nowMs: number;
  /** It is at least this late, whatever the clock says; 0 before anything was verified. */
  floorMs: number;
}

/** How far the clock may be off a verified time, either's fault, before they disagree. */
export const AGREEMENT_MS = 60_000;
/** How far the clock may run ahead of what was verified before it is suspect. */
export const SUSPECT_AHEAD_MS = 24 * 3_600_000;
/** Signers remembered; the one with the lowest floor goes first [S9]. */
export const MAX_SIGNERS = 8;

/** What the clock says and how far it is believed. */
export function readingOf(knowledge: TimeKnowledge, wallMs: number, monotonicMs: number): TimeReading {
  const offsets = Object.values(knowledge.vouched).map((v) => v.floorOffsetMs);
  const floorMs = offsets.length === 0 ? 0 : Math.max(...offsets) + monotonicMs;
  const verifiedMs = Math.max(floorMs, knowledge.heardOffsetMs === undefined ? 0 : knowledge.heardOffsetMs + monotonicMs);
  return { trust: trustOf(knowledge, wallMs, verifiedMs), nowMs: Math.max(wallMs, Math.ceil(verifiedMs)), floorMs };
}

function trustOf(knowledge: TimeKnowledge, wallMs: number, verifiedMs: number): ClockTrust {
  if (wallMs < verifiedMs - AGREEMENT_MS) return 'floor';
  if (wallMs > verifiedMs + SUSPECT_AHEAD_MS) return 'suspect';
  if (knowledge.heardOffsetMs !== undefined) return 'verified';
  return knowledge.rtcHasBattery ? 'rtc' : 'floor';
}

/**
 * Something `signer` signed was verified, and says it was issued at `issuedMs`. The floor rises to it at least.
 * Only an issue time later than every one before counts as an answer of this run: an older one could have been
 * recorded, and shown to a door that woke without a clock.
 */
export function withIssueTime(knowledge: TimeKnowledge, issuedMs: number, signer: string, monotonicMs: number): TimeKnowledge {
  const offsetMs = issuedMs - monotonicMs;
  const before = knowledge.vouched[signer];
  const newest = Math.max(0, ...Object.values(knowledge.vouched).map((v) => v.newestIssueMs));
  const mine = {
    floorOffsetMs: Math.max(before?.floorOffsetMs ?? -Infinity, offsetMs),
    newestIssueMs: Math.max(before?.newestIssueMs ?? 0, issuedMs),
  };
  const heardOffsetMs = issuedMs > newest ? Math.max(knowledge.heardOffsetMs ?? -Infinity, offsetMs) : knowledge.heardOffsetMs;
  return { ...knowledge, vouched: bounded({ ...knowledge.vouched, [signer]: mine }), heardOffsetMs };
}

/**
 * The backend, over an authenticated connection, says that it is `serverMs`. It may agree with the clock; it never moves the
 * floor, so that a server whose clock is wrong cannot lock a door out of the present.
 */
export function withAgreement(knowledge: TimeKnowledge, serverMs: number, wallMs: number, monotonicMs: number): TimeKnowledge {
  if (Math.abs(serverMs - wallMs) > AGREEMENT_MS) return knowledge;
  return { ...knowledge, heardOffsetMs: serverMs - monotonicMs };
}

/** A signer's key was revoked: what it vouched for no longer counts, so that a thief's date in 2099 needs no visit. */
export function withoutSigner(knowledge: TimeKnowledge, signer: string): TimeKnowledge {
  if (!(signer in knowledge.vouched)) return knowledge;
  const vouched = Object.fromEntries(Object.entries(knowledge.vouched).filter(([name]) => name !== signer));
  // Who was heard in this run is not kept apart, so nobody was until the next answer.
  return { ...knowledge, vouched, heardOffsetMs: undefined };
}

function bounded(vouched: Record<string, Vouched>): Record<string, Vouched> {
  const byFloor = Object.entries(vouched).sort(([, a], [, b]) => b.floorOffsetMs - a.floorOffsetMs);
  return Object.fromEntries(byFloor.slice(0, MAX_SIGNERS));
}

/** The earliest and the latest it can be. Both are the same while the clock is believed. */
export function boundsOf(reading: TimeReading): { earliestMs: number; latestMs: number } {
  switch (reading.trust) {
    case 'verified':
    case 'rtc': return { earliestMs: reading.nowMs, latestMs: reading.nowMs };
    case 'floor':
    case 'suspect': return { earliestMs: reading.floorMs, latestMs: Infinity };
  }
}
