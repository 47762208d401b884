import type { Alarm } from '../../base/alarm.ts';
import type { ClockTrust } from '../../base/events.ts';
import { hintText, type HintReason } from '../../base/scan-hint.ts';
import type { PartStatus } from '../../base/status.ts';
import { alarmTable } from '../alarms/alarm-table.ts';
import type { Attempt, Status } from './api.ts';

/** What the daemon knows of itself at a moment. */
export interface StatusSnapshot {
  version: string;
  /** Wall milliseconds. */
  startedAtMs: number;
  nowMs: number;
  door: Status['door'] & {
    lockdownBy?: string | undefined;
    passage?: { by: string; untilWallMs: number; waitsForEntry: boolean } | undefined;
  };
  clock: ClockTrust;
  parts: Record<string, PartStatus>;
  /** What would help whoever holds a code to the camera that is not read. */
  hint?: { reason: HintReason; sinceMs: number } | undefined;
  /** The gravest first. */
  alarms: Alarm[];
  camera?: { width: number; height: number; atMs: number } | undefined;
  installerMode?: { untilMs: number; by: string } | undefined;
  issuesPasses: boolean;
}

/**
 * The whole status, field by field: what a caller adds to a snapshot does not slip out to whoever can read it without a
 * login [S8]. `withNames`: who ordered what is told, too.
 */
export function statusOf(snapshot: StatusSnapshot, attempts: Attempt[], { withNames }: { withNames: boolean }): Status {
  const { version, startedAtMs, nowMs, clock, parts, hint, alarms, camera, installerMode, issuesPasses } = snapshot;
  const { uuid, name, state, contact, rex, relay, lockdownBy, passage } = snapshot.door;
  const by = (who: string): { by?: string } => (withNames ? { by: who } : {});
  return {
    version, startedAtMs, nowMs, clock, parts, issuesPasses, attempts,
    door: { uuid, name, state, contact, rex, relay },
    alarms: alarms.map(({ name: which, severity, text, sinceMs }) => ({ name: which, severity, text, toDo: alarmTable[which].toDo, sinceMs })),
    ...(hint && { hint: { reason: hint.reason, text: hintText[hint.reason], sinceMs: hint.sinceMs } }),
    ...(camera && { camera: { width: camera.width, height: camera.height, atMs: camera.atMs } }),
    ...(lockdownBy !== undefined && { lockdown: by(lockdownBy) }),
    ...(passage && { passage: { untilMs: passage.untilWallMs, waitsForEntry: passage.waitsForEntry, ...by(passage.by) } }),
    ...(installerMode && { installerMode: { untilMs: installerMode.untilMs, ...by(installerMode.by) } }),
  };
}
