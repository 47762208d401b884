import type { GpioClass, GpioPin } from './gpio-pin.ts';
import type { RelayLevel, RelayLine } from './relay-line.ts';

export interface OnoffRelayLineOptions {
  /** The number that sysfs counts by, the chip's base included. */
  gpio: number;
  activeLow: boolean;
  Gpio: GpioClass;
}

/** A relay on a GPIO line through sysfs. The line keeps its level when the process ends. */
export class OnoffRelayLine implements RelayLine {
  readonly #pin: GpioPin;

  /**
   * sysfs takes `high` and `low` as raw levels, whatever `active_low` says, and sets level and direction in one go:
   * so the relay is never energised on the way (`out` would drive low). On a line that was exported already, onoff
   * keeps quiet about a direction it could not set: so everything is read back.
   */
  constructor({ gpio, activeLow, Gpio }: OnoffRelayLineOptions) {
    this.#pin = new Gpio(gpio, activeLow ? 'high' : 'low', 'none', { activeLow });
    const direction = this.#pin.direction();
    if (direction !== 'out') throw new Error(`the line's direction reads "${direction}" after it was set to "out"`);
    if (this.#pin.activeLow() !== activeLow) throw new Error(`the line's active_low reads ${!activeLow} after it was set to ${activeLow}`);
  }

  write(level: RelayLevel): void {
    this.#pin.writeSync(level === 'energised' ? 1 : 0);
  }

  read(): RelayLevel {
    return this.#pin.readSync() === 1 ? 'energised' : 'rest';
  }

  /** Leaves the line exported and driven: given back, it would be an input, and rest a matter of pull resistors. */
  close(): void {
    this.write('rest');
  }
}
