/** What can be wrong at a door for longer than a moment. Each is raised once, stands, and is cleared once. */
export const alarmNames = [
  'forced',
  'held-open',
  'lockdown',
  'tamper',
  'log-tampered',
  'list-stale',
  'clock-unverified',
  'camera-dead',
  'disk-filling',
  'broker-lost',
  'backend-lost',
  'denials-in-a-row',
  'relay-fault',
  'rex-stuck',
] as const;
export type AlarmName = (typeof alarmNames)[number];

/** `critical`: someone should go to the door now; `warning`: someone should look into it today; `info`: good to know. */
export type Severity = 'info' | 'warning' | 'critical';

export interface Alarm {
  name: AlarmName;
  severity: Severity;
  /** One sentence for a person. */
  text: string;
  /** Wall milliseconds: since when what it tells of has been so, which may be before this daemon started. */
  sinceMs: number;
}

/** An alarm was raised, or, with `clearedAtMs` (wall milliseconds), cleared. */
export interface AlarmChange {
  alarm: Alarm;
  clearedAtMs?: number;
}

/** The alarms as a reporter sees them. */
export interface Alarms {
  /** Those that stand now, the gravest first. */
  active(): Alarm[];
  onChange(listener: (change: AlarmChange) => void): void;
}
