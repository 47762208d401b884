import type { Output, OutputName } from '../../drivers/door-io/door-io.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import type { StatusBoard } from '../base/status.ts';

export interface OutputLinesOptions {
  outputs: Readonly<Partial<Record<OutputName, Output>>>;
  clock: Clock;
  status: StatusBoard;
  /** Under which the status tells of a line that is broken; nothing is told when none is wired. */
  part: string;
}

/** A line that failed is left alone for so long, so that a loose wire does not fill the log. */
const RETRY_MS = 60_000;

interface Line {
  output: Output;
  wanted: boolean;
  /** As last written; undefined: not known. */
  on?: boolean | undefined;
  fault?: { text: string; retry: Timer } | undefined;
}

/** Switches outputs and never fails: a line that is broken is a matter for the status. Only changes are written. */
export class OutputLines {
  readonly #o: OutputLinesOptions;
  readonly #lines: Map<OutputName, Line>;

  constructor(options: OutputLinesOptions) {
    this.#o = options;
    const outputs = Object.entries(options.outputs) as [OutputName, Output][];
    this.#lines = new Map(outputs.map(([name, output]) => [name, { output, wanted: false }]));
  }

  /** Switches on those that are named and every other one off. */
  show(on: readonly OutputName[]): void {
    for (const [name, line] of this.#lines) {
      line.wanted = on.includes(name);
      if (!line.fault && line.on !== line.wanted) this.#write(line);
    }
  }

  /** Everything off, as far as can be, and nothing is tried again. */
  stop(): void {
    for (const line of this.#lines.values()) {
      line.wanted = false;
      line.fault?.retry.cancel();
      if (line.on !== false) this.#write(line);
      line.fault?.retry.cancel();
    }
  }

  #write(line: Line): void {
    try {
      line.output.set(line.wanted);
      line.on = line.wanted;
      line.fault = undefined;
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      line.on = undefined;
      line.fault = { text: thrown.message, retry: this.#o.clock.after(RETRY_MS, () => this.#write(line)) };
    }
    this.#report();
  }

  #report(): void {
    const faults = [...this.#lines.values()].flatMap(({ fault }) => (fault ? [fault.text] : []));
    this.#o.status.report(this.#o.part, faults.length > 0 ? 'degraded' : 'ok', faults.join(' '));
  }
}
