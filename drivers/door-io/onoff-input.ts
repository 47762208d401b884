import type { Clock } from '../../daemon/base/clock.ts';
import { Debounce } from './debounce.ts';
import type { GpioClass, GpioPin } from './gpio-pin.ts';

export interface OnoffInputOptions {
  /** The number that sysfs counts by, the chip's base included. */
  gpio: number;
  activeLow: boolean;
  debounceMs: number;
  /** Whether the input's beginning is told on its leading edge. */
  atOnce: boolean;
  clock: Clock;
  Gpio: GpioClass;
  tell: (active: boolean) => void;
}

/**
 * An input on a GPIO line through sysfs, logical: true is active. sysfs cannot set a pull: a switch to ground needs
 * `gpio=N=ip,pu` in config.txt (or a resistor), or an open switch reads whatever the air says.
 */
export class OnoffInput {
  readonly #pin: GpioPin;
  readonly #debounce: Debounce;

  constructor({ gpio, activeLow, debounceMs, atOnce, clock, Gpio, tell }: OnoffInputOptions) {
    // onoff's own debouncing waits for the trailing edge.
    this.#pin = new Gpio(gpio, 'in', 'both', { activeLow });
    if (this.#pin.direction() !== 'in') throw new Error('the line cannot be made an input');
    const debounce = { clock, settleMs: debounceMs, read: () => this.active, tell };
    this.#debounce = new Debounce(atOnce ? { ...debounce, atOnce } : debounce, this.active);
    this.#pin.watch((_error, value) => this.#debounce.edge(value === 1));
  }

  get active(): boolean {
    return this.#pin.readSync() === 1;
  }

  close(): void {
    this.#debounce.stop();
    this.#pin.unexport();
  }
}
