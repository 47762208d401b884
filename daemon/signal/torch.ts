import type { Output } from '../../drivers/door-io/door-io.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { StatusBoard } from '../base/status.ts';
import { OutputLines } from './output-lines.ts';
import { torchAtStart, torchRule } from './torch-rule.ts';
import type { TorchInput, TorchSettings, TorchState } from './torch-rule.ts';

export interface TorchOptions {
  output: Output | undefined;
  settings: TorchSettings;
  clock: Clock;
  /** Told of the part `light`. */
  status: StatusBoard;
}

/** The lamp or infrared light beside the camera. Calls return at once and do not throw. */
export class Torch {
  readonly #o: TorchOptions;
  readonly #lines: OutputLines;
  #state: TorchState;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: TorchOptions) {
    const { output, settings, clock, status } = options;
    this.#o = options;
    this.#lines = new OutputLines({ outputs: output ? { light: output } : {}, clock, status, part: 'light' });
    this.#state = torchAtStart(settings);
  }

  start(): void {
    this.#lines.show([]);
  }

  /** Takes what a look at a frame says of the hall. */
  see(hall: Omit<TorchInput, 'atMs'>): void {
    if (this.#stopped) return;
    const { clock, settings } = this.#o;
    this.#state = torchRule(this.#state, { ...hall, atMs: clock.monotonicMs() }, settings);
    this.#lines.show(this.#state.on ? ['light'] : []);
    // When no more looks come, it is not left on for ever.
    this.#timer?.cancel();
    this.#timer = this.#state.on ? clock.after(this.#state.holdMs, () => this.see({ moving: false, dark: false })) : undefined;
  }

  /** Off, for good. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#lines.stop();
  }
}
