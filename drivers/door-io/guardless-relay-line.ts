import { spawnSync } from 'node:child_process';
import { guardProgram } from './guard-program.ts';
import { errorFromGuard } from './gpio-error.ts';
import type { RelayLevel, RelayLine, RelayLineSpec } from './relay-line.ts';
import { wordsOf } from './relay-line.ts';

/** A guard that was just killed lets go of its line within milliseconds; the program itself waits 2 s for that. */
const LIMIT_MS = 3_000;

/**
 * The driver's own hand on a line that one process alone can have: a program that has it for a moment, when there is
 * no guard. Blocks for some milliseconds, which is what a relay without a guard is worth [S1].
 */
export class GuardlessRelayLine implements RelayLine {
  readonly isGuardsAlone = true;
  readonly #spec: RelayLineSpec;
  readonly #program: string;

  constructor(spec: RelayLineSpec, program = guardProgram) {
    this.#spec = spec;
    this.#program = program;
  }

  write(level: RelayLevel): void {
    if (level === 'energised') throw new Error('the relay is energised by its guard alone');
    const { error, status, stderr } = spawnSync(this.#program, ['rest', ...wordsOf(this.#spec)], { encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' });
    if (error) throw error;
    if (status !== 0) throw errorFromGuard(stderr.trim().replace(/^postern-guard: (the relay cannot be brought to rest: )?/, ''));
  }

  /** `write` has read it back; it rejects what is not at rest. */
  read(): RelayLevel {
    return 'rest';
  }

  close(): void {}
}
