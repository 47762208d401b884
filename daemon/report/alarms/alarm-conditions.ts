import type { AlarmName } from '../../base/alarm.ts';
import type { ClockTrust } from '../../base/events.ts';
import type { PartStatus } from '../../base/status.ts';
import type { DenialRow } from './denial-row.ts';
import type { LeftOpen } from './left-open.ts';

/** What is looked at, as it is now. */
export interface AlarmFacts {
  door: {
    /** The door's one word: locked, released, fault … */
    state: string;
    leaf: string;
    contact: 'open' | 'closed' | 'absent';
    rexStuck: boolean;
    lockdownBy: string | undefined;
  };
  /** What parts say of themselves; one that has said nothing, or is not configured, is taken to be well. */
  parts: Record<string, PartStatus>;
  clock: ClockTrust;
  /** Why the list is too old, if it is. */
  listStale: string | undefined;
  /** Where the log stops being what was written, if it does. */
  logBreak: { seq: number; why: string } | undefined;
  disk: { isLow: boolean; freeMb: number } | undefined;
  denials: ReturnType<DenialRow['look']>;
  /** How the door stood when the daemon last ended, while it has been open since. */
  leftOpen: LeftOpen['as'];
}

/** That something is wrong. */
export interface Condition {
  text: string;
  /** Wall milliseconds since when, where that is known better than by when it was noticed. */
  sinceMs?: number | undefined;
}

const MAX_TEXT_CHARS = 300;

/** Which alarms have their cause now. */
export function conditionsOf(facts: AlarmFacts): Partial<Record<AlarmName, Condition>> {
  const { door, parts, clock, listStale, logBreak, disk, denials } = facts;
  const all: Record<AlarmName, Condition | undefined> = {
    'forced': openAs('forced', 'The door was forced open.', facts),
    'held-open': openAs('held-open', 'The door is held open.', facts),
    'lockdown': door.lockdownBy === undefined ? undefined : { text: 'The door is in lockdown.' },
    'tamper': unwell(parts['tamper']),
    'log-tampered': logBreak && { text: `The event log does not hold from event ${logBreak.seq} on: ${logBreak.why}` },
    'list-stale': listStale === undefined ? undefined : { text: listStale },
    'clock-unverified': unverified(clock),
    'camera-dead': parts['camera']?.state === 'down' ? unwell(parts['camera']) : undefined,
    'disk-filling': unwell(parts['event-log']) ?? (disk?.isLow ? { text: `Only ${disk.freeMb} MB of the disk are free.` } : undefined),
    'broker-lost': unwell(parts['mqtt']),
    'backend-lost': unwell(parts['backend']),
    'denials-in-a-row': denials && { text: `${denials.count} codes in a row were denied.`, sinceMs: denials.sinceMs },
    'relay-fault': door.state === 'fault' ? { text: parts['door']?.reason ?? 'The lock relay does not do as told.' } : undefined,
    'rex-stuck': door.rexStuck ? { text: 'The request to exit is stuck.' } : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, condition]) => condition).map(([name, condition]) => [name, condition && short(condition)]));
}

/** A daemon that starts with the door open does not know how it came to be so; what it was left as, it still is. */
function openAs(as: 'forced' | 'held-open', text: string, { door: { leaf, contact }, leftOpen }: AlarmFacts): Condition | undefined {
  if (contact === 'open' && leftOpen?.as === as) return { text, sinceMs: leftOpen.sinceMs };
  return leaf === as ? { text } : undefined;
}

function unwell(part: PartStatus | undefined): Condition | undefined {
  return part === undefined || part.state === 'ok' ? undefined : { text: part.reason, sinceMs: part.sinceMs };
}

function unverified(clock: ClockTrust): Condition | undefined {
  switch (clock) {
    case 'verified': case 'rtc': return undefined;
    case 'floor': return { text: 'The clock is behind what is known, so it is not believed.' };
    case 'suspect': return { text: 'The clock is far ahead of what is known, so it is not believed.' };
  }
}

/** A reason may hold what another program said, of any length [S9]. */
function short(condition: Condition): Condition {
  return { ...condition, text: condition.text.slice(0, MAX_TEXT_CHARS) };
}
