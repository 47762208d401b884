import { PosternError } from '../../daemon/base/errors.ts';
import { Debounce } from './debounce.ts';
import type { DoorInputs, DoorIo, DoorIoSink } from './door-io.ts';
import type { DoorPins, WiredInput } from './door-pins.ts';
import { inputsFrom, pinWarnings, tellInput, wiredInputs } from './door-pins.ts';
import { DoorRelay } from './door-relay.ts';
import { checkPin } from './gpio-chip.ts';
import { errorFromGuard, gpioError } from './gpio-error.ts';
import type { DeviceChip } from './gpiod-chip.ts';
import { findDeviceChip } from './gpiod-chip.ts';
import { GpiodOutputs } from './gpiod-outputs.ts';
import { GpiodWires } from './gpiod-wires.ts';
import { guardProcess } from './guard-channel.ts';
import { guardProgram } from './guard-program.ts';
import { GuardlessRelayLine } from './guardless-relay-line.ts';
import type { RelayLevel, RelayLineSpec } from './relay-line.ts';

export interface GpiodDoorIoOptions extends DoorPins {
  /** For tests: another guard program. */
  program?: string;
}

interface Input extends WiredInput {
  active: boolean;
  /** For those told at once; the kernel debounces the others. */
  debounce?: Debounce;
}

/**
 * A door on the lines of a GPIO character device, for kernels without GPIO in sysfs. Node cannot speak to one: the relay
 * guard has the relay's line, and a second process of the same program the others.
 */
export class GpiodDoorIo implements DoorIo {
  readonly name: string;
  readonly warnings: readonly string[];
  readonly #o: GpiodDoorIoOptions;
  readonly #program: string;
  readonly #relay = new DoorRelay();
  readonly #inputs: Input[];
  readonly #outputs: GpiodOutputs;
  #sink: DoorIoSink | undefined;
  #wires: GpiodWires | undefined;

  constructor(options: GpiodDoorIoOptions) {
    this.#o = options;
    this.#program = options.program ?? guardProgram;
    this.name = `gpiod, relay on GPIO ${options.relayPin}`;
    this.warnings = pinWarnings(options);
    this.#outputs = new GpiodOutputs({ program: this.#program, clock: options.clock, pins: options.outputs ?? {} });
    this.#inputs = wiredInputs(options).map((input) => ({ ...input, active: false }));
  }

  get inputs(): DoorInputs {
    return inputsFrom(this.#inputs.map(({ name, active }) => [name, active]));
  }

  get outputs(): GpiodOutputs['outputs'] {
    return this.#outputs.outputs;
  }

  get relay(): RelayLevel {
    return this.#relay.level;
  }

  get guardHeardMs(): number {
    return this.#relay.heardMs;
  }

  /** Rejects PosternError: `gpio-chip`, `gpio-pin` or `relay-guard`; nothing is left running then. */
  async start(sink: DoorIoSink): Promise<void> {
    const { relayPin, chipLabel } = this.#o;
    const pins = [relayPin, ...this.#inputs.map(({ pin }) => pin)];
    const chip = await findDeviceChip(this.#program, chipLabel, pins);
    for (const pin of pins) checkPin(chip, pin);
    try {
      await this.#startRelay(sink, chip);
      await this.#startWires(sink, chip);
      await this.#outputs.open(chip.path);
      this.#sink = sink;
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
  }

  energise(leaseMs: number): Promise<void> {
    return this.#relay.energise(leaseMs);
  }

  rest(): Promise<void> {
    return this.#relay.rest();
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    for (const { debounce } of this.#inputs) debounce?.stop();
    await this.#relay.stop();
    await this.#wires?.stop();
    await this.#outputs.stop();
  }

  async #startRelay(sink: DoorIoSink, chip: DeviceChip): Promise<void> {
    const { clock, relayPin, relayActiveLow, lineFile } = this.#o;
    const spec: RelayLineSpec = { kind: 'chip', chipLabel: chip.label, pin: relayPin, activeLow: relayActiveLow };
    const started = this.#relay.start({
      clock, spec, lineFile, sink, line: () => new GuardlessRelayLine(spec, this.#program), openGuard: () => guardProcess(spec, clock, this.#program),
    });
    await started.catch((thrown: unknown) => {
      const [, told] = thrown instanceof PosternError ? /: (E[A-Z]+: .*)\.$/.exec(thrown.message) ?? [] : [];
      throw told === undefined ? thrown : gpioError(`the relay on GPIO ${relayPin} (${chip.path})`, errorFromGuard(told));
    });
  }

  async #startWires(sink: DoorIoSink, chip: DeviceChip): Promise<void> {
    const { clock, debounceMs } = this.#o;
    if (this.#inputs.length === 0) return;
    this.#wires = new GpiodWires({
      program: this.#program, chipPath: chip.path, clock,
      wires: this.#inputs.map(({ pin, what, activeLow, pull, isToldAtOnce }) => ({ is: 'input', pin, what, activeLow, pull, settleMs: isToldAtOnce ? 0 : debounceMs })),
      onLevel: (pin, active) => this.#heard(pin, active), onFault: (detail) => sink.inputFault?.(detail),
    });
    await this.#wires.start();
    for (const input of this.#inputs.filter(({ isToldAtOnce }) => isToldAtOnce)) input.debounce = this.#debounce(input);
  }

  #debounce(input: Input): Debounce {
    const { clock, debounceMs } = this.#o;
    return new Debounce({ clock, settleMs: debounceMs, atOnce: true, read: () => input.active, tell: (active) => this.#tell(input, active) }, input.active);
  }

  #heard(pin: number, active: boolean): void {
    const input = this.#inputs.find((each) => each.pin === pin);
    if (!input) return;
    const changed = input.active !== active;
    input.active = active;
    if (input.debounce) input.debounce.edge(active);
    else if (changed) this.#tell(input, active);
  }

  #tell({ name }: Input, active: boolean): void {
    if (this.#sink) tellInput(this.#sink, name, active);
  }
}
