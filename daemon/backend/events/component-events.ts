import type { EventType } from '../../base/events.ts';
import type { DenialReason, UnavailableCause } from '../../base/verdict.ts';

/** Rhombus's names for what happens at a door. */
export type ComponentEventType =
  | 'CredentialReceivedEvent' | 'DoorPositionIndicatorStateChangeEvent' | 'RequestToExitStateChangeEvent'
  | 'DoorStateChangeEvent' | 'DoorLocationLockdownStateEvent';

export type Authentication = 'ACCEPTED' | 'REJECTED' | 'ERROR' | 'NA';
export type Authorization = 'ALLOWED' | 'DENIED' | 'DISABLED' | 'ERROR' | 'NA';

type Results = readonly [authentication: Authentication, authorization: Authorization];

/** Is the code what it says it is; and if so, may it come in. What fails the first is not asked the second. */
const forged: Results = ['REJECTED', 'NA'];
const notAllowed: Results = ['ACCEPTED', 'DENIED'];
const withdrawn: Results = ['ACCEPTED', 'DISABLED'];

export const resultsOfDenial: Readonly<Record<DenialReason, Results>> = {
  'garbage': forged,
  'token-malformed': forged,
  'token-too-new': forged,
  'unknown-key': forged,
  'key-revoked': forged,
  'key-out-of-time': forged,
  'bad-signature': forged,
  'issued-in-future': forged,
  'step-missing': forged,
  'step-wrong': forged,
  'step-spent': forged,
  'wrong-door': notAllowed,
  'too-long': notAllowed,
  'not-yet-valid': notAllowed,
  'expired': notAllowed,
  'out-of-hours': notAllowed,
  'used-up': notAllowed,
  'lockdown': notAllowed,
  'not-listed': notAllowed,
  'list-stale': notAllowed,
  'newer-than-list': notAllowed,
  'clock-unverified': notAllowed,
  'needs-online': notAllowed,
  'refused-online': notAllowed,
  'revoked': withdrawn,
  'suspended': withdrawn,
};

export const resultsOfUnavailable: Readonly<Record<UnavailableCause, Results>> = {
  // Nobody could say whose code it is …
  'no-keys': ['ERROR', 'NA'],
  'backend': ['ERROR', 'NA'],
  // … or whose it is was not the matter.
  'storage': ['NA', 'ERROR'],
  'door-fault': ['NA', 'ERROR'],
};

interface Mapping {
  type: ComponentEventType;
  /** For events that are states. */
  state?: string;
}

/** Every event that has a name of Rhombus's; the others are found by findEvents alone. `door-secured` comes with a `door-closed`. */
export const mappings: Readonly<Partial<Record<EventType, Mapping>>> = {
  'access-granted': { type: 'CredentialReceivedEvent' },
  'access-denied': { type: 'CredentialReceivedEvent' },
  'access-unavailable': { type: 'CredentialReceivedEvent' },
  'door-opened': { type: 'DoorPositionIndicatorStateChangeEvent', state: 'OPEN' },
  'door-closed': { type: 'DoorPositionIndicatorStateChangeEvent', state: 'CLOSED' },
  'door-held-open': { type: 'DoorPositionIndicatorStateChangeEvent', state: 'AJAR' },
  'door-forced': { type: 'DoorPositionIndicatorStateChangeEvent', state: 'FORCED_OPEN' },
  'exit-requested': { type: 'RequestToExitStateChangeEvent', state: 'ACTIVE' },
  'rex-stuck': { type: 'RequestToExitStateChangeEvent', state: 'STUCK' },
  'rex-freed': { type: 'RequestToExitStateChangeEvent', state: 'IDLE' },
  'door-released': { type: 'DoorStateChangeEvent', state: 'UNLOCKED' },
  'door-relocked': { type: 'DoorStateChangeEvent', state: 'LOCKED' },
  'lockdown-started': { type: 'DoorLocationLockdownStateEvent', state: 'ACTIVE' },
  'lockdown-ended': { type: 'DoorLocationLockdownStateEvent', state: 'INACTIVE' },
};

/** Our types of the events with one of Rhombus's names; all that have one when none are named. */
export function typesNamed(names: readonly string[] | undefined): string[] {
  return Object.entries(mappings).filter(([, { type }]) => names?.includes(type) ?? true).map(([type]) => type);
}

/** Both results of an attempt's event; a reason of a newer door is a denial whose kind is not known. */
export function resultsOf({ type, reason, cause }: Record<string, unknown>): Results {
  if (type === 'access-granted') return ['ACCEPTED', 'ALLOWED'];
  if (type === 'access-denied') return own(resultsOfDenial, reason) ?? ['NA', 'DENIED'];
  return own(resultsOfUnavailable, cause) ?? ['ERROR', 'ERROR'];
}

function own(table: Readonly<Record<string, Results>>, key: unknown): Results | undefined {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;
}
