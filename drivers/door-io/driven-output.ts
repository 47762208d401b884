import type { PosternError } from '../../daemon/base/errors.ts';
import type { Output } from './door-io.ts';

/** An output's wire, opened with the output off. Throws what the system throws. */
export interface OutputWire {
  write(on: boolean): void;
  read(): boolean;
}

export interface DrivenOutputOptions {
  open: () => OutputWire;
  /** What failed, as a sentence with the mend. */
  errorOf: (thrown: unknown) => PosternError;
}

/** An output whose wire is opened when it is first used, and anew after it has failed. */
export class DrivenOutput implements Output {
  readonly #o: DrivenOutputOptions;
  #wire: OutputWire | undefined;
  #closed = false;

  constructor(options: DrivenOutputOptions) {
    this.#o = options;
  }

  set(on: boolean): void {
    if (this.#closed) return;
    try {
      const wire = (this.#wire ??= this.#o.open());
      wire.write(on);
      if (wire.read() !== on) throw new Error(`it reads ${on ? 'off' : 'on'} after it was switched ${on ? 'on' : 'off'}; check the wiring for a short`);
    } catch (thrown) {
      this.#wire = undefined;
      throw this.#o.errorOf(thrown);
    }
  }

  /** `set` does nothing from here on. */
  close(): void {
    this.#closed = true;
  }
}

/** Switches all off, as far as can be: whoever uses one that fails is told then. */
export function switchOff(outputs: readonly Output[]): void {
  for (const output of outputs) {
    try {
      output.set(false);
    } catch {
      continue;
    }
  }
}

/** Off for good: whoever still has a pattern running switches nothing on behind the driver's back. */
export function closeOutputs(outputs: readonly DrivenOutput[]): void {
  switchOff(outputs);
  for (const output of outputs) output.close();
}
