import { OnoffOutputLine } from './onoff-output-line.ts';
import type { OnoffOutputLineOptions } from './onoff-output-line.ts';
import type { RelayLevel, RelayLine } from './relay-line.ts';

/** A relay on a GPIO line through sysfs. The line keeps its level when the process ends. */
export class OnoffRelayLine implements RelayLine {
  readonly #line: OnoffOutputLine;

  /** At rest from the first moment: the relay is never energised on the way. */
  constructor(options: OnoffOutputLineOptions) {
    this.#line = new OnoffOutputLine(options);
  }

  write(level: RelayLevel): void {
    this.#line.write(level === 'energised');
  }

  read(): RelayLevel {
    return this.#line.read() ? 'energised' : 'rest';
  }

  /** Leaves the line exported and driven: given back, it would be an input, and rest a matter of pull resistors. */
  close(): void {
    this.write('rest');
  }
}
