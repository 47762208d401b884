import type { Clock } from '../../daemon/base/clock.ts';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { Output, OutputName } from './door-io.ts';
import { GpiodWires } from './gpiod-wires.ts';
import type { OutputPin } from './door-pins.ts';

export interface GpiodOutputsOptions {
  program: string;
  clock: Clock;
  pins: Partial<Record<OutputName, OutputPin>>;
}

/**
 * Lamps, buzzer and light on a GPIO character device, in a process of their own: a lamp's line that somebody else has
 * taken must not cost the door its contact.
 */
export class GpiodOutputs {
  readonly outputs: Readonly<Partial<Record<OutputName, Output>>>;
  readonly #o: GpiodOutputsOptions;
  #chipPath: string | undefined;
  #wires: GpiodWires | undefined;
  #fault: string | undefined;

  constructor(options: GpiodOutputsOptions) {
    this.#o = options;
    const names = Object.entries(options.pins) as [OutputName, OutputPin][];
    this.outputs = Object.fromEntries(names.map(([name, { pin }]) => [name, { set: (on: boolean) => this.#set(pin, on) }]));
  }

  /** Resolves when all are off, or it is known that they cannot be had, which `set` then says. */
  async open(chipPath: string): Promise<void> {
    this.#chipPath = chipPath;
    const { program, clock, pins } = this.#o;
    const wires = Object.entries(pins).map(([name, { pin, activeLow }]) => ({ is: 'output' as const, pin, activeLow, what: `the output ${name}` }));
    if (wires.length === 0) return;
    const opened = new GpiodWires({ program, chipPath, wires, clock, onLevel: () => {}, onFault: (detail) => { this.#fault = detail; } });
    this.#wires = opened;
    try {
      await opened.start();
    } catch (thrown) {
      this.#fault = messageOf(thrown);
      if (this.#wires === opened) this.#wires = undefined;
    }
  }

  /** They are off then, and stay off. */
  async stop(): Promise<void> {
    this.#chipPath = undefined;
    const wires = this.#wires;
    this.#wires = undefined;
    await wires?.stop();
  }

  #set(pin: number, on: boolean): void {
    if (this.#chipPath === undefined) return;
    if (!this.#wires) void this.open(this.#chipPath);
    if (this.#fault !== undefined) throw new PosternError('gpio-pin', this.#fault, { transient: true });
    this.#wires?.set(pin, on);
  }
}
