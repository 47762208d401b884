import type { Output, OutputName } from '../../drivers/door-io/door-io.ts';
import type { Clock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import type { StatusBoard } from '../base/status.ts';

export interface OutputLinesOptions {
  outputs: Readonly<Partial<Record<OutputName, Output>>>;
  clock: Clock;
  status: StatusBoard;
  /** Under which the status tells of a line that is broken. */
  part: string;
}

/** A line that failed is left alone for so long, so that a loose wire does not fill the log. */
const RETRY_MS = 60_000;

interface Level {
  on: boolean;
  fault?: { text: string; untilMs: number };
}

/** Switches outputs and never fails: a line that is broken is a matter for the status. Only changes are written. */
export class OutputLines {
  readonly #o: OutputLinesOptions;
  readonly #levels = new Map<OutputName, Level>();

  constructor(options: OutputLinesOptions) {
    this.#o = options;
  }

  /** Whether there is anything to switch. */
  get any(): boolean {
    return Object.keys(this.#o.outputs).length > 0;
  }

  /** Switches on those that are named and every other one off. */
  show(on: readonly OutputName[]): void {
    let changed = false;
    for (const [name, output] of Object.entries(this.#o.outputs) as [OutputName, Output][]) changed = this.#set(name, output, on.includes(name)) || changed;
    if (changed) this.#report();
  }

  /** Whether something was written, or tried to be. */
  #set(name: OutputName, output: Output, on: boolean): boolean {
    const level = this.#levels.get(name);
    const nowMs = this.#o.clock.monotonicMs();
    if (level?.fault ? nowMs < level.fault.untilMs : level?.on === on) return false;
    try {
      output.set(on);
      this.#levels.set(name, { on });
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#levels.set(name, { on: false, fault: { text: thrown.message, untilMs: nowMs + RETRY_MS } });
    }
    return true;
  }

  #report(): void {
    const faults = [...this.#levels.values()].flatMap(({ fault }) => (fault ? [fault.text] : []));
    this.#o.status.report(this.#o.part, faults.length > 0 ? 'degraded' : 'ok', faults.join(' '));
  }
}
