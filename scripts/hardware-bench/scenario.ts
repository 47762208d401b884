import type { BenchRow } from '../bench-rows.ts';
import type { GuestCache } from './guest-cache.ts';
import type { Guest } from './guest.ts';
import type { Progress } from './progress.ts';

/** What a scenario works with. */
export interface Bench {
  /** The guest that the scenarios share, its board plugged in; booted when first asked for. */
  guest(): Promise<Guest>;
  /** A guest of its own, with more words for QEMU; closed after the scenario. `name` is its folder in the output. */
  ownGuest(name: string, more: readonly string[]): Promise<Guest>;
  /** The output folder: evidence goes there. */
  dir: string;
  /** Names of the faults to do to the daemon; empty: all. */
  faults: readonly string[];
  /** How often a fault is repeated, and how many power cuts are tried. */
  repeats: number;
  cuts: number;
  /** The checkout. */
  root: string;
  cache: GuestCache;
  progress: Progress;
  say(text: string): void;
}

export interface Scenario {
  /** As in `--only NAME`. */
  name: string;
  /** One line. */
  about: string;
  /** Programs that it takes beside the bench's own, and the Debian packages that bring them; without them it is skipped. */
  needs?: Record<string, string>;
  /** Rows for the table. Throws when what must hold does not: a goal of time that is missed is only marked. */
  run(bench: Bench): Promise<BenchRow[]>;
}

/** What must hold did not; `evidence` names what to read. */
export class ScenarioFailed extends Error {
  constructor(sentence: string, evidence: string) {
    super(`${sentence} Evidence: ${evidence}`);
    this.name = 'ScenarioFailed';
  }
}
