import type { Alert, AlertName } from './alert.ts';

/** One attempt at a door, as far as rules look at it. */
export interface Attempt {
  id: string;
  /** 16 bytes. */
  door: Uint8Array;
  /** By the door's clock. */
  atMs: number;
  outcome: 'granted' | 'denied';
  /** Of a denial. */
  reason: string | undefined;
  /** 16 bytes; absent where no token could be verified. */
  token: Uint8Array | undefined;
}

/** Attempts around a moment: up to `each` before it (or at it) and as many after it, all within `withinMs` of it, in the order of their own times. */
export interface Around {
  atMs: number;
  withinMs: number;
  each: number;
  /** Only denials for this reason. */
  reason?: string;
}

/** What is known of attempts, whenever it became known. */
export interface History {
  atDoor(door: Uint8Array, around: Around): Attempt[];
  ofToken(token: Uint8Array, around: Around): Attempt[];
}

/**
 * Looks at one attempt and at what is around it, before and after: doors report late and out of step with each other, so
 * the attempt that completes a pattern need not be the last one in it. Keeps no state of its own.
 */
export interface AlertRule {
  alert: AlertName;
  /** What an alert would be about; undefined when the attempt is no matter of this rule. */
  subjectOf(attempt: Attempt): string | undefined;
  /** For an attempt with a subject. */
  look(attempt: Attempt, history: History): Finding | undefined;
}

/** What a rule found; the rest of the alert follows from the rule and its subject. */
export type Finding = Pick<Alert, 'door' | 'atMs' | 'text' | 'eventIds' | 'token'>;
