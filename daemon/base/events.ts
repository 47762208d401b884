import type { HintReason } from './scan-hint.ts';
import type { DenialReason, GrantRule, UnavailableCause, VerdictSource } from './verdict.ts';

/** How far the door believes its clock; stands in every event. */
export type ClockTrust = 'verified' | 'rtc' | 'floor' | 'suspect';

export type PictureKind = 'approach' | 'scan' | 'entry';
export interface PictureRef {
  kind: PictureKind;
  /** Path below the evidence folder, with forward slashes. */
  file: string;
  /** SHA-256 of the stored file, hex. */
  sha256: string;
  width: number;
  height: number;
}

export type ReleaseCause = 'token' | 'rex' | 'command' | 'test' | 'schedule' | 'fire';

/** What happened, before the log gives it its place. Types are in the past tense; `attemptId` ties what belongs together. */
export type EventDraft =
  // The daemon itself
  | { type: 'daemon-started'; version: string; cleanStop: boolean }
  | { type: 'daemon-stopped'; reason: string }
  // Attempts at the door
  | { type: 'access-asked'; attemptId: string; tokenId: string }
  | { type: 'access-granted'; attemptId: string; tokenId: string; source: 'online' | 'offline'; rule: GrantRule; extended: boolean; counted: 0 | 1; step?: number }
  | { type: 'access-denied'; attemptId: string; tokenId?: string; source: VerdictSource; reason: DenialReason; digest?: string }
  | { type: 'access-unavailable'; attemptId: string; tokenId?: string; cause: UnavailableCause }
  | { type: 'garbage-repeated'; digest: string; count: number; sinceMs: number }
  | { type: 'code-not-read'; attemptId: string; reason: HintReason; forMs: number }
  | { type: 'codes-not-read'; count: number; sinceMs: number }
  | { type: 'late-answer'; attemptId: string; tokenId: string; answer: string }
  // The door
  | { type: 'door-released'; cause: ReleaseCause; attemptId?: string; by?: string; forMs: number }
  | { type: 'door-relocked'; why: 'time' | 'opened' | 'closed' | 'lockdown' | 'passage-ended' | 'fire-ended' | 'stopped' }
  | { type: 'door-opened' }
  | { type: 'door-closed' }
  | { type: 'door-forced' }
  | { type: 'door-held-open-soon' }
  | { type: 'door-held-open' }
  | { type: 'door-secured'; after: 'forced' | 'held-open' }
  | { type: 'exit-requested' }
  | { type: 'rex-stuck' }
  | { type: 'rex-freed' }
  | { type: 'lockdown-started'; by: string }
  | { type: 'lockdown-ended'; by: string }
  | { type: 'passage-started'; by: string; untilMs: number }
  | { type: 'passage-ended'; why: 'time' | 'command' | 'lockdown'; by?: string }
  | { type: 'tamper-started' }
  | { type: 'tamper-ended' }
  | { type: 'relay-failed'; detail: string }
  | { type: 'relay-recovered' }
  // Commands from afar
  | { type: 'command-refused'; command: string; reason: string; by?: string }
  | { type: 'commands-refused'; reason: string; count: number; sinceMs: number }
  // Evidence and the log
  | { type: 'picture-asked'; attemptId: string; by: string }
  | { type: 'evidence-stored'; attemptId: string; pictures: PictureRef[] }
  | { type: 'evidence-failed'; attemptId: string; detail: string }
  | { type: 'evidence-deleted'; files: number; why: 'age' | 'size' | 'erased'; throughMs: number; attemptId?: string }
  | { type: 'log-pruned'; throughSeq: number; throughHash: string }
  // People at the page
  | { type: 'user-logged-in'; by: string; from: string }
  | { type: 'login-failed'; from: string }
  | { type: 'logins-failed'; from: string; count: number; sinceMs: number }
  | { type: 'installer-mode-started'; by: string; untilMs: number }
  | { type: 'installer-mode-ended'; why: 'time' | 'command' | 'stopped'; by?: string }
  | { type: 'pass-issued'; by: string; tokenId: string }
  // Trust
  | { type: 'key-set-accepted'; version: number }
  | { type: 'key-set-refused'; detail: string }
  | { type: 'list-accepted'; version: number; entries: number }
  | { type: 'list-refused'; detail: string }
  | { type: 'list-stale'; ageMs: number }
  | { type: 'clock-changed'; trust: ClockTrust }
  // Parts that come and go
  | { type: 'part-failed'; part: string; detail: string }
  | { type: 'part-recovered'; part: string };

export type EventType = EventDraft['type'];

/** An event in its place in the log. Times are wall milliseconds. */
export type StoredEvent = EventDraft & {
  /** 1, 2, 3 … without gaps. */
  seq: number;
  /** ULID. */
  id: string;
  atMs: number;
  doorUuid: string;
  clock: ClockTrust;
  /** Hash of the event before this one, hex; 64 zeros for the first. */
  prevHash: string;
  /** SHA-256 over the event's canonical JSON without `hash`, hex. */
  hash: string;
};
