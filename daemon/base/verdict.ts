import type { UseOfToken } from './token-use.ts';

/** Why a code does not open the door. `denialText` has each in plain words. */
export const denialText = {
  'garbage': 'This is not a door code.',
  'token-malformed': 'This door code is damaged or was not made by a Postern issuer.',
  'token-too-new': 'This code asks for something this door does not know yet. The door needs an update.',
  'unknown-key': 'This code was signed by an issuer this door does not know.',
  'key-revoked': 'The key that signed this code was withdrawn. Ask for a new code.',
  'key-out-of-time': 'This code was signed with a key that was not in force when the code was made. Ask for a new code.',
  'bad-signature': 'This code was altered or forged.',
  'wrong-door': 'This code is for another door.',
  'issued-in-future': 'This code claims to be issued in the future. A clock is wrong.',
  'too-long': 'This code is valid for longer than this door allows. Ask for a shorter one.',
  'not-yet-valid': 'This code is not valid yet.',
  'expired': 'This code has expired.',
  'out-of-hours': 'This code does not open the door at this time of day.',
  'revoked': 'This code was revoked.',
  'suspended': 'This code is suspended.',
  'used-up': 'This code has been used as often as it may be.',
  'lockdown': 'The door is in lockdown.',
  'not-listed': 'The issuer does not list this code.',
  'list-stale': 'The door is offline and its list of codes is too old.',
  'newer-than-list': 'This code is newer than the list this door has, and the door is offline.',
  'clock-unverified': 'The door is offline and not sure of the time.',
  'needs-online': 'This code can be used here only while the door is online.',
  'step-missing': 'This is a copy of a changing code. Show the live pass.',
  'step-wrong': 'This picture of the code is out of date. Show the live pass.',
  'step-spent': 'This picture of the code was used already. Wait for the next one.',
  'refused-online': 'The issuer refused this code.',
} as const;
export type DenialReason = keyof typeof denialText;

/** Why there is no answer. The relay stays at rest and the attempt is tried again while the code is shown. */
export const unavailableText = {
  'storage': 'The door cannot write its log.',
  'no-keys': 'The door has not been given its keys yet.',
  'backend': 'The issuer of this code cannot be reached.',
  'door-fault': 'The lock relay does not answer.',
} as const;
export type UnavailableCause = keyof typeof unavailableText;

/** Which rule of the offline decision granted it (design of the list: listed, or issued since the list's `asOf`). */
export type GrantRule = 'backend' | 'listed' | 'newer-than-list' | 'stale-list-allowed';

/** Who had the last word. `local` denials never ask anyone. */
export type VerdictSource = 'local' | 'online' | 'offline';

export interface Granted {
  outcome: 'granted';
  source: 'online' | 'offline';
  rule: GrantRule;
  /** Release for the extended (accessibility) time. */
  extended: boolean;
  /** What must be committed, in the event's own transaction, before the relay moves [S3]. */
  use: UseOfToken | undefined;
}
export interface Denied {
  outcome: 'denied';
  source: VerdictSource;
  reason: DenialReason;
}
export interface Unavailable {
  outcome: 'unavailable';
  cause: UnavailableCause;
}
export type Verdict = Granted | Denied | Unavailable;
