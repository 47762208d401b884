import type { GpioClass, GpioPin } from './gpio-pin.ts';

export interface OnoffOutputLineOptions {
  /** The number that sysfs counts by, the chip's base included. */
  gpio: number;
  activeLow: boolean;
  Gpio: GpioClass;
}

/** An output on a GPIO line through sysfs, logical: true is active. The line keeps its level when the process ends. */
export class OnoffOutputLine {
  readonly #pin: GpioPin;

  /**
   * sysfs takes `high` and `low` as raw levels, whatever `active_low` says, and sets level and direction in one go:
   * so the line is never active on the way (`out` would drive low). On a line that was exported already, onoff
   * keeps quiet about a direction it could not set: so everything is read back.
   */
  constructor({ gpio, activeLow, Gpio }: OnoffOutputLineOptions) {
    this.#pin = new Gpio(gpio, activeLow ? 'high' : 'low', 'none', { activeLow });
    const direction = this.#pin.direction();
    if (direction !== 'out') throw new Error(`the line's direction reads "${direction}" after it was set to "out"`);
    if (this.#pin.activeLow() !== activeLow) throw new Error(`the line's active_low reads ${!activeLow} after it was set to ${activeLow}`);
  }

  write(active: boolean): void {
    this.#pin.writeSync(active ? 1 : 0);
  }

  /** The level as it is outside, not as it was written. */
  read(): boolean {
    return this.#pin.readSync() === 1;
  }
}
