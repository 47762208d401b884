import type { ClockTrust, StoredEvent } from '../base/events.ts';
import type { PartStatus } from '../base/status.ts';
import type { HintReason } from '../base/scan-hint.ts';
import { hintText } from '../base/scan-hint.ts';
import { attemptLine, type AttemptLine } from './attempt-line.ts';

/** What the daemon knows of itself at a moment. */
export interface StatusSnapshot {
  version: string;
  /** Wall milliseconds. */
  startedAtMs: number;
  door: {
    uuid: string;
    name: string;
    /** locked, released, open, held-open, forced, passage, lockdown, fire or fault. */
    state: string;
    contact: 'closed' | 'open' | 'absent';
    rex: 'idle' | 'active' | 'absent';
    relay: 'energised' | 'rest';
  };
  clock: ClockTrust;
  parts: Record<string, PartStatus>;
  /** What would help whoever holds a code to the camera that is not read. */
  hint?: { reason: HintReason; sinceMs: number } | undefined;
}

/** The body of /status.json. */
export interface StatusReport extends Omit<StatusSnapshot, 'hint'> {
  hint?: { reason: HintReason; text: string; sinceMs: number };
  /** Wall milliseconds by the door's clock: what the other times are to be compared with. */
  nowMs: number;
  /** The newest first. */
  attempts: AttemptLine[];
}

const MAX_ATTEMPTS = 20;

/**
 * The whole status, field by field: what a caller adds to a snapshot, a person's name say, does not slip out to whoever
 * can reach the page without a login [S8]. `recent` is the newest first.
 */
export function statusReport(snapshot: StatusSnapshot, recent: StoredEvent[], nowMs: number): StatusReport {
  const { version, startedAtMs, clock, parts, hint } = snapshot;
  const { uuid, name, state, contact, rex, relay } = snapshot.door;
  const attempts = recent.map(attemptLine).filter((line) => line !== undefined).slice(0, MAX_ATTEMPTS);
  return { version, startedAtMs, nowMs, door: { uuid, name, state, contact, rex, relay }, clock, parts, ...(hint && { hint: { reason: hint.reason, text: hintText[hint.reason], sinceMs: hint.sinceMs } }), attempts };
}
