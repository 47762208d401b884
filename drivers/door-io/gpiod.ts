import type { Clock } from '../../daemon/base/clock.ts';
import { PosternError } from '../../daemon/base/errors.ts';
import { Debounce } from './debounce.ts';
import type { DoorInputs, DoorIo, DoorIoSink, OutputName } from './door-io.ts';
import { checkPin } from './gpio-chip.ts';
import { errorFromGuard, gpioError } from './gpio-error.ts';
import type { DeviceChip } from './gpiod-chip.ts';
import { findDeviceChip } from './gpiod-chip.ts';
import { GpiodOutputs } from './gpiod-outputs.ts';
import type { Pull, Wire } from './gpiod-wires.ts';
import { GpiodWires } from './gpiod-wires.ts';
import { guardProcess } from './guard-channel.ts';
import { guardProgram } from './guard-program.ts';
import { GuardlessRelayLine } from './guardless-relay-line.ts';
import { inputWords, toldAtOnce } from './input-words.ts';
import type { OutputPin } from './onoff.ts';
import { powerOnWarning } from './power-on-pull.ts';
import { keepRelayLine } from './relay-line-file.ts';
import type { RelayLevel, RelayLineSpec } from './relay-line.ts';
import { GuardedRelay } from './relay-guard.ts';

/** Pins by their BCM numbers; the words are the config's own. */
export interface GpiodDoorIoOptions {
  clock: Clock;
  relayPin: number;
  relayActiveLow: boolean;
  contactPin?: number;
  contactActiveLow?: boolean;
  contactPull?: Pull;
  rexPin?: number;
  rexActiveLow?: boolean;
  rexPull?: Pull;
  /** The panel's relay is normally closed to ground: an open wire reads high and is an alarm. */
  firePin?: number;
  fireActiveLow?: boolean;
  firePull?: Pull;
  tamperPin?: number;
  tamperActiveLow?: boolean;
  tamperPull?: Pull;
  debounceMs: number;
  chipLabel?: string;
  /** Where it is written down which line the relay is on; see relay-line-file.ts. */
  lineFile?: string;
  /** Lamps, buzzer, light. */
  outputs?: Partial<Record<OutputName, OutputPin>>;
  /** For tests: another guard program. */
  program?: string;
}

type InputName = keyof DoorInputs;
interface Input {
  name: InputName;
  pin: number;
  active: boolean;
  /** For those told at once; the kernel debounces the others. */
  debounce: Debounce | undefined;
}

const WHAT: Record<InputName, string> = { contact: 'the contact', rex: 'the request to exit', fire: 'the fire input', tamper: 'the tamper input' };
/** Switches to ground with the pull-up that makes an open wire read high. */
const USUAL_ACTIVE_LOW: Record<InputName, boolean> = { contact: false, rex: true, fire: false, tamper: false };

/**
 * A door on the lines of a GPIO character device, for kernels without GPIO in sysfs. Node cannot speak to one: the relay
 * guard has the relay's line, and a second process of the same program the others.
 */
export class GpiodDoorIo implements DoorIo {
  readonly name: string;
  readonly #o: GpiodDoorIoOptions;
  readonly #inputs: Input[];
  readonly #outputs: GpiodOutputs;
  #sink: DoorIoSink | undefined;
  #relay: GuardedRelay | undefined;
  #wires: GpiodWires | undefined;

  constructor(options: GpiodDoorIoOptions) {
    this.#o = options;
    this.name = `gpiod, relay on GPIO ${options.relayPin}`;
    this.#outputs = new GpiodOutputs({ program: options.program ?? guardProgram, clock: options.clock, pins: options.outputs ?? {} });
    this.#inputs = (Object.keys(WHAT) as InputName[]).flatMap((name) => this.#input(name));
  }

  /** What the installer should know; the door works all the same. */
  get warnings(): string[] {
    const warning = powerOnWarning(this.#o.relayPin, this.#o.relayActiveLow);
    return warning === undefined ? [] : [warning];
  }

  get inputs(): DoorInputs {
    const known = this.#inputs.map(({ name, active }) => [name, inputWords[name](active)]);
    return { contact: 'absent', rex: 'absent', fire: 'absent', tamper: 'absent', ...(Object.fromEntries(known) as Partial<DoorInputs>) };
  }

  get outputs(): GpiodOutputs['outputs'] {
    return this.#outputs.outputs;
  }

  get relay(): RelayLevel {
    return this.#relay?.level ?? 'rest';
  }

  get guardHeardMs(): number {
    return this.#relay?.heardMs ?? 0;
  }

  /** Rejects PosternError: `gpio-chip`, `gpio-pin` or `relay-guard`; nothing is left running then. */
  async start(sink: DoorIoSink): Promise<void> {
    const { relayPin, chipLabel, program = guardProgram } = this.#o;
    const pins = [relayPin, ...this.#inputs.map(({ pin }) => pin)];
    const chip = await findDeviceChip(program, chipLabel, pins);
    for (const pin of pins) checkPin(chip, pin);
    try {
      await this.#startRelay(sink, chip, program);
      await this.#startWires(sink, chip, program);
      await this.#outputs.open(chip.path);
      this.#sink = sink;
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
  }

  async energise(leaseMs: number): Promise<void> {
    await this.#started().energise(leaseMs);
  }

  async rest(): Promise<void> {
    await this.#started().rest();
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    for (const { debounce } of this.#inputs) debounce?.stop();
    await this.#relay?.stop();
    await this.#wires?.stop();
    await this.#outputs.stop();
  }

  async #startRelay(sink: DoorIoSink, chip: DeviceChip, program: string): Promise<void> {
    const { clock, relayPin, relayActiveLow, lineFile } = this.#o;
    const spec: RelayLineSpec = { kind: 'chip', chipLabel: chip.label, pin: relayPin, activeLow: relayActiveLow };
    if (lineFile !== undefined) keepRelayLine(lineFile, spec);
    this.#relay = new GuardedRelay({
      clock, line: new GuardlessRelayLine(spec, program), openGuard: guardProcess(spec, clock, program), onFault: (detail) => sink.relayFault(detail),
    });
    await this.#relay.start().catch((thrown: unknown) => {
      const [, told] = thrown instanceof PosternError ? /: (E[A-Z]+: .*)\.$/.exec(thrown.message) ?? [] : [];
      throw told === undefined ? thrown : gpioError(`the relay on GPIO ${relayPin} (${chip.path})`, errorFromGuard(told));
    });
  }

  async #startWires(sink: DoorIoSink, chip: DeviceChip, program: string): Promise<void> {
    const wires = this.#inputs.map(({ name, pin }) => this.#wire(name, pin));
    if (wires.length === 0) return;
    this.#wires = new GpiodWires({
      program, chipPath: chip.path, wires, clock: this.#o.clock,
      onLevel: (pin, active) => this.#heard(pin, active), onFault: (detail) => sink.inputFault?.(detail),
    });
    await this.#wires.start();
    for (const input of this.#inputs.filter(({ name }) => toldAtOnce[name])) input.debounce = this.#debounce(input);
  }

  #input(name: InputName): Input[] {
    const pin = this.#o[`${name}Pin`];
    return pin === undefined ? [] : [{ name, pin, active: false, debounce: undefined }];
  }

  #wire(name: InputName, pin: number): Wire {
    const { [`${name}ActiveLow` as const]: activeLow = USUAL_ACTIVE_LOW[name], [`${name}Pull` as const]: pull = 'up', debounceMs } = this.#o;
    return { is: 'input', pin, activeLow, pull, what: WHAT[name], settleMs: toldAtOnce[name] ? 0 : debounceMs };
  }

  #debounce(input: Input): Debounce {
    const { clock, debounceMs } = this.#o;
    return new Debounce({ clock, settleMs: debounceMs, atOnce: true, read: () => input.active, tell: (active) => this.#tell(input.name, active) }, input.active);
  }

  #heard(pin: number, active: boolean): void {
    const input = this.#inputs.find((each) => each.pin === pin);
    if (!input) return;
    const changed = input.active !== active;
    input.active = active;
    if (input.debounce) input.debounce.edge(active);
    else if (changed) this.#tell(input.name, active);
  }

  #tell(name: InputName, active: boolean): void {
    switch (name) {
      case 'contact': return this.#sink?.contact(inputWords.contact(active));
      case 'rex': return this.#sink?.rex(inputWords.rex(active));
      case 'fire': return this.#sink?.fire(inputWords.fire(active));
      case 'tamper': return this.#sink?.tamper?.(inputWords.tamper(active));
    }
  }

  #started(): GuardedRelay {
    if (!this.#relay) throw new Error('the door driver is used before start');
    return this.#relay;
  }
}
