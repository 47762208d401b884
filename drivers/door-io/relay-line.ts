import { FileRelayLine } from './file-relay-line.ts';
import { OnoffRelayLine } from './onoff-relay-line.ts';

export type RelayLevel = 'energised' | 'rest';

/** The one wire to the relay. Levels are logical; both calls are synchronous and throw what the system throws. */
export interface RelayLine {
  write(level: RelayLevel): void;
  /** The level as it is outside, not as it was written. */
  read(): RelayLevel;
  close(): void;
}

/** Which wire, in words that fit on the relay guard's command line. */
export type RelayLineSpec =
  | { kind: 'file'; path: string }
  /** `gpio` is the number that sysfs counts by, the chip's base included. */
  | { kind: 'sysfs'; gpio: number; activeLow: boolean };

/** Opens the wire and brings it to rest. */
export async function openRelayLine(spec: RelayLineSpec): Promise<RelayLine> {
  switch (spec.kind) {
    case 'file': return new FileRelayLine(spec.path);
    case 'sysfs': {
      const { Gpio } = await import('onoff');
      return new OnoffRelayLine({ gpio: spec.gpio, activeLow: spec.activeLow, Gpio });
    }
  }
}

/** `file <path>` or `sysfs <gpio> high|low` (the level that energises). */
export function argumentsOf(spec: RelayLineSpec): string[] {
  switch (spec.kind) {
    case 'file': return ['file', spec.path];
    case 'sysfs': return ['sysfs', String(spec.gpio), spec.activeLow ? 'low' : 'high'];
  }
}

export function specFrom([kind, where, polarity]: string[]): RelayLineSpec {
  if (kind === 'file' && where) return { kind, path: where };
  if (kind === 'sysfs' && where && /^\d+$/.test(where)) return { kind, gpio: Number(where), activeLow: polarity === 'low' };
  throw new Error('expected "file <path>" or "sysfs <gpio> high|low"');
}
