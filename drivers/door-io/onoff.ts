import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { DoorInputs, DoorIo, DoorIoSink } from './door-io.ts';
import type { DoorPins, InputName, OutputPin, WiredInput } from './door-pins.ts';
import { inputsFrom, pinWarnings, tellInput, wiredInputs } from './door-pins.ts';
import { DoorRelay } from './door-relay.ts';
import { DrivenOutput, closeOutputs, switchOff } from './driven-output.ts';
import type { GpioChip } from './gpio-chip.ts';
import { SYSFS_GPIO, findChip, gpioNumber } from './gpio-chip.ts';
import { gpioError } from './gpio-error.ts';
import type { GpioClass } from './gpio-pin.ts';
import { guardInProcess, guardProcess } from './guard-channel.ts';
import { OnoffInput } from './onoff-input.ts';
import { OnoffOutputLine } from './onoff-output-line.ts';
import { OnoffRelayLine } from './onoff-relay-line.ts';
import type { RelayLevel, RelayLineSpec } from './relay-line.ts';

/** The pulls are a matter of config.txt: sysfs cannot set them. */
export interface OnoffDoorIoOptions extends DoorPins {
  /** For tests: a tree like `/sys/class/gpio`, onoff's class, and a guard that can use both. */
  sysfs?: string;
  Gpio?: GpioClass;
  guard?: 'process' | 'in-process';
}

/** A door on a Raspberry Pi's pins, through sysfs and the `onoff` package. */
export class OnoffDoorIo implements DoorIo {
  readonly name: string;
  readonly warnings: readonly string[];
  readonly #o: OnoffDoorIoOptions;
  readonly #relay = new DoorRelay();
  readonly #inputs = new Map<InputName, OnoffInput>();
  #outputs: Record<string, DrivenOutput> = {};

  constructor(options: OnoffDoorIoOptions) {
    this.#o = options;
    this.name = `onoff, relay on GPIO ${options.relayPin}`;
    this.warnings = pinWarnings(options);
  }

  get inputs(): DoorInputs {
    return inputsFrom([...this.#inputs].map(([name, input]) => [name, input.active]));
  }

  get relay(): RelayLevel {
    return this.#relay.level;
  }

  get guardHeardMs(): number {
    return this.#relay.heardMs;
  }

  get outputs(): NonNullable<DoorIo['outputs']> {
    return this.#outputs;
  }

  /** Rejects PosternError: `gpio-chip`, `gpio-pin`, `onoff` or `relay-guard`; nothing is left running then. */
  async start(sink: DoorIoSink): Promise<void> {
    const { sysfs = SYSFS_GPIO, chipLabel } = this.#o;
    const chip = findChip(sysfs, chipLabel);
    const Gpio = this.#o.Gpio ?? (await loadGpio());
    try {
      await this.#startRelay(sink, chip, Gpio);
      for (const input of wiredInputs(this.#o)) this.#inputs.set(input.name, this.#openInput(input, sink, chip, Gpio));
      this.#openOutputs(chip, Gpio);
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
    for (const input of this.#inputs.values()) input.close();
    this.#inputs.clear();
    closeOutputs(Object.values(this.#outputs));
    await this.#relay.stop();
  }

  #startRelay(sink: DoorIoSink, chip: GpioChip, Gpio: GpioClass): Promise<void> {
    const { clock, relayPin, relayActiveLow: activeLow, lineFile, guard = 'process' } = this.#o;
    const gpio = gpioNumber(chip, relayPin);
    const spec: RelayLineSpec = { kind: 'sysfs', chipLabel: chip.label, pin: relayPin, activeLow, root: this.#o.sysfs };
    return this.#relay.start({
      clock, spec, lineFile, sink,
      line: () => using(`the relay on GPIO ${relayPin} (sysfs ${gpio})`, () => new OnoffRelayLine({ gpio, activeLow, Gpio })),
      openGuard: (line) => (guard === 'process' ? guardProcess(spec, clock) : guardInProcess(line, clock)),
    });
  }

  #openInput({ name, what, pin, activeLow, isToldAtOnce: atOnce }: WiredInput, sink: DoorIoSink, chip: GpioChip, Gpio: GpioClass): OnoffInput {
    const { debounceMs, clock } = this.#o;
    const gpio = gpioNumber(chip, pin);
    const tell = (active: boolean): void => tellInput(sink, name, active);
    return using(`${what} on GPIO ${pin} (sysfs ${gpio})`, () => new OnoffInput({ gpio, activeLow, atOnce, tell, debounceMs, clock, Gpio }));
  }

  /** A pin that cannot be had is told when it is used: a door without its lamp is a door. */
  #openOutputs(chip: GpioChip, Gpio: GpioClass): void {
    const open = ([name, { pin, activeLow }]: [string, OutputPin]): [string, DrivenOutput] => [name, new DrivenOutput({
      open: () => new OnoffOutputLine({ gpio: gpioNumber(chip, pin), activeLow, Gpio }),
      errorOf: (thrown) => (thrown instanceof PosternError ? thrown : gpioError(`the ${name} output on GPIO ${pin}`, thrown)),
    })];
    this.#outputs = Object.fromEntries(Object.entries(this.#o.outputs ?? {}).map(open));
    switchOff(Object.values(this.#outputs));
  }
}

/** Lazily, for it needs a native module that a machine without GPIO need not have. */
async function loadGpio(): Promise<GpioClass> {
  try {
    return (await import('onoff')).Gpio;
  } catch (thrown) {
    throw new PosternError('onoff', `The onoff package cannot be loaded (${messageOf(thrown)}). Run "npm rebuild epoll" in the installation folder.`, { cause: thrown });
  }
}

function using<T>(what: string, open: () => T): T {
  try {
    return open();
  } catch (thrown) {
    throw gpioError(what, thrown);
  }
}
