export type RelayLevel = 'energised' | 'rest';

/** The one wire to the relay. Levels are logical; both calls are synchronous and throw what the system throws. */
export interface RelayLine {
  /** While a guard runs, it alone can have this line: a hand of the driver's own reaches it only when there is none. */
  readonly isGuardsAlone?: boolean;
  write(level: RelayLevel): void;
  /** The level as it is outside, not as it was written. */
  read(): RelayLevel;
  close(): void;
}

/** Which wire, so that the relay guard finds it, under another kernel too: chips go by label and line, not by the kernel's numbers. */
export type RelayLineSpec =
  | { kind: 'file'; path: string }
  /** `root` is `/sys/class/gpio` unless told. */
  | { kind: 'sysfs'; chipLabel: string; pin: number; activeLow: boolean; root?: string | undefined }
  | { kind: 'chip'; chipLabel: string; pin: number; activeLow: boolean };

/** The words that guard/relay-line.h explains. */
export function wordsOf(spec: RelayLineSpec): string[] {
  switch (spec.kind) {
    case 'file': return ['file', spec.path];
    case 'sysfs': return ['sysfs', `${spec.chipLabel}:${spec.pin}`, energisingLevel(spec), ...(spec.root === undefined ? [] : [spec.root])];
    case 'chip': return ['chip', spec.chipLabel, String(spec.pin), energisingLevel(spec)];
  }
}

function energisingLevel({ activeLow }: { activeLow: boolean }): string {
  return activeLow ? 'low' : 'high';
}
