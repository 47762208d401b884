import type { Alarm } from '../../base/alarm.ts';
import type { ChainHead } from '../../base/event-chain.ts';
import type { ClockTrust } from '../../base/events.ts';
import type { PartState, PartStatus } from '../../base/status.ts';
import type { ScanPayload, StatePayload } from './payloads.ts';

/** What the daemon knows of itself at a moment. */
export interface StateFacts {
  doorUuid: string;
  name: string;
  version: string;
  atMs: number;
  startedAtMs: number;
  door: {
    state: string;
    contact: StatePayload['contact'];
    rex: StatePayload['rex'];
    lockdownBy: string | undefined;
    passage: { untilWallMs: number } | undefined;
  };
  clock: ClockTrust;
  parts: Record<string, PartStatus>;
  alarms: Alarm[];
  list: { version: number; issuedAtS: number } | undefined;
  lastAttempt: ScanPayload | undefined;
  head: ChainHead;
  outbox: { waiting: number; gap: { fromSeq: number; throughSeq: number } | undefined };
}

/** The states in which the door can be opened from outside. */
const UNLOCKED = ['released', 'passage', 'fire'];
const WORST_FIRST: readonly PartState[] = ['down', 'degraded', 'ok'];

/** Field by field: what a caller knows beside, who ordered a lockdown say, does not slip out to whoever reads the broker [S7]. */
export function statePayload(facts: StateFacts): StatePayload {
  const { doorUuid, name, version, atMs, startedAtMs, door, clock, parts, alarms, list, lastAttempt, head, outbox } = facts;
  const { state, contact, rex, lockdownBy, passage } = door;
  return {
    doorUuid, name, version, atMs, startedAtMs, state, contact, rex, clock,
    lock: state === 'fault' ? 'JAMMED' : UNLOCKED.includes(state) ? 'UNLOCKED' : 'LOCKED',
    mode: lockdownBy !== undefined ? 'lockdown' : passage ? 'passage' : 'normal',
    passageUntilMs: passage?.untilWallMs ?? null,
    health: WORST_FIRST.find((each) => Object.values(parts).some((part) => part.state === each)) ?? 'ok',
    parts: Object.fromEntries(Object.entries(parts).map(([part, { state: is, reason, sinceMs }]) => [part, { state: is, reason, sinceMs }])),
    alarms: alarms.map((alarm) => ({ name: alarm.name, severity: alarm.severity, text: alarm.text, sinceMs: alarm.sinceMs })),
    list: list ? { version: list.version, issuedAtMs: list.issuedAtS * 1_000 } : null,
    lastAttempt: lastAttempt ?? null,
    head: { seq: head.seq, hash: head.hash },
    outbox: { waiting: outbox.waiting, gap: outbox.gap ?? null },
  };
}
