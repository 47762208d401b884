import type { Clock } from '../../daemon/base/clock.ts';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { DoorInputs, DoorIo, DoorIoSink, OutputName } from './door-io.ts';
import { DrivenOutput, closeOutputs, switchOff } from './driven-output.ts';
import type { GpioChip } from './gpio-chip.ts';
import { SYSFS_GPIO, findChip, gpioNumber } from './gpio-chip.ts';
import { gpioError } from './gpio-error.ts';
import type { GpioClass } from './gpio-pin.ts';
import { guardInProcess, guardProcess } from './guard-channel.ts';
import { inputWords, toldAtOnce } from './input-words.ts';
import type { OnoffInputOptions } from './onoff-input.ts';
import { OnoffInput } from './onoff-input.ts';
import { OnoffOutputLine } from './onoff-output-line.ts';
import { OnoffRelayLine } from './onoff-relay-line.ts';
import { powerOnWarning } from './power-on-pull.ts';
import { GuardedRelay } from './relay-guard.ts';
import { keepRelayLine } from './relay-line-file.ts';
import type { RelayLevel, RelayLineSpec } from './relay-line.ts';

/** An output's pin by its BCM number. */
export interface OutputPin {
  pin: number;
  activeLow: boolean;
}

/** Pins by their BCM numbers. Active: the relay is energised, the door open, an exit asked for, the fire panel in alarm. The words are the config's own. */
export interface OnoffDoorIoOptions {
  clock: Clock;
  relayPin: number;
  relayActiveLow: boolean;
  contactPin?: number;
  contactActiveLow?: boolean;
  rexPin?: number;
  rexActiveLow?: boolean;
  /** The panel's relay is normally closed to ground: an open wire reads high and is an alarm. */
  firePin?: number;
  fireActiveLow?: boolean;
  tamperPin?: number;
  tamperActiveLow?: boolean;
  debounceMs: number;
  outputs?: Partial<Record<OutputName, OutputPin>>;
  chipLabel?: string;
  /** Where it is written down which line the relay is on; see relay-line-file.ts. */
  lineFile?: string;
  /** For tests: a tree like `/sys/class/gpio`, onoff's class, and a guard that can use both. */
  sysfs?: string;
  Gpio?: GpioClass;
  guard?: 'process' | 'in-process';
}

interface Inputs {
  contact?: OnoffInput;
  rex?: OnoffInput;
  fire?: OnoffInput;
  tamper?: OnoffInput;
}

/** A door on a Raspberry Pi's pins, through sysfs and the `onoff` package. */
export class OnoffDoorIo implements DoorIo {
  readonly name: string;
  readonly #o: OnoffDoorIoOptions;
  #in: Inputs = {};
  #outputs: Partial<Record<OutputName, DrivenOutput>> = {};
  #relay: GuardedRelay | undefined;

  constructor(options: OnoffDoorIoOptions) {
    this.#o = options;
    this.name = `onoff, relay on GPIO ${options.relayPin}`;
  }

  /** What the installer should know; the door works all the same. */
  get warnings(): string[] {
    const warning = powerOnWarning(this.#o.relayPin, this.#o.relayActiveLow);
    return warning === undefined ? [] : [warning];
  }

  get inputs(): DoorInputs {
    const { contact, rex, fire, tamper } = this.#in;
    return {
      contact: contact ? inputWords.contact(contact.active) : 'absent',
      rex: rex ? inputWords.rex(rex.active) : 'absent',
      fire: fire ? inputWords.fire(fire.active) : 'absent',
      tamper: tamper ? inputWords.tamper(tamper.active) : 'absent',
    };
  }

  get relay(): RelayLevel {
    return this.#relay?.level ?? 'rest';
  }

  get guardHeardMs(): number {
    return this.#relay?.heardMs ?? 0;
  }

  get outputs(): Partial<Record<OutputName, DrivenOutput>> {
    return this.#outputs;
  }

  /** Rejects PosternError: `gpio-chip`, `gpio-pin`, `onoff` or `relay-guard`; nothing is left running then. */
  async start(sink: DoorIoSink): Promise<void> {
    const { sysfs = SYSFS_GPIO, chipLabel } = this.#o;
    const chip = findChip(sysfs, chipLabel);
    const Gpio = this.#o.Gpio ?? (await loadGpio());
    try {
      await this.#startRelay(sink, chip, Gpio);
      this.#openInputs(sink, chip, Gpio);
      this.#openOutputs(chip, Gpio);
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
    const inputs = Object.values(this.#in) as OnoffInput[];
    this.#in = {};
    for (const input of inputs) input.close();
    closeOutputs(Object.values(this.#outputs));
    await this.#relay?.stop();
  }

  async #startRelay(sink: DoorIoSink, chip: GpioChip, Gpio: GpioClass): Promise<void> {
    const { clock, relayPin, relayActiveLow: activeLow, lineFile, guard = 'process' } = this.#o;
    const gpio = gpioNumber(chip, relayPin);
    const spec: RelayLineSpec = { kind: 'sysfs', chipLabel: chip.label, pin: relayPin, activeLow, root: this.#o.sysfs };
    if (lineFile !== undefined) keepRelayLine(lineFile, spec);
    const line = using(`the relay on GPIO ${relayPin} (sysfs ${gpio})`, () => new OnoffRelayLine({ gpio, activeLow, Gpio }));
    const openGuard = guard === 'process' ? guardProcess(spec, clock) : guardInProcess(line, clock);
    this.#relay = new GuardedRelay({ clock, line, openGuard, onFault: (detail) => sink.relayFault(detail) });
    await this.#relay.start();
  }

  #openInputs(sink: DoorIoSink, chip: GpioChip, Gpio: GpioClass): void {
    const { contactPin, contactActiveLow = false, rexPin, rexActiveLow = true, firePin, fireActiveLow = false, tamperPin, tamperActiveLow = false, debounceMs, clock } = this.#o;
    const open = (what: string, pin: number, options: Pick<OnoffInputOptions, 'activeLow' | 'atOnce' | 'tell'>): OnoffInput => {
      const gpio = gpioNumber(chip, pin);
      return using(`${what} on GPIO ${pin} (sysfs ${gpio})`, () => new OnoffInput({ gpio, debounceMs, clock, Gpio, ...options }));
    };
    if (contactPin !== undefined) this.#in.contact = open('the contact', contactPin, { activeLow: contactActiveLow, atOnce: toldAtOnce.contact, tell: (active) => sink.contact(inputWords.contact(active)) });
    if (rexPin !== undefined) this.#in.rex = open('the request to exit', rexPin, { activeLow: rexActiveLow, atOnce: toldAtOnce.rex, tell: (active) => sink.rex(inputWords.rex(active)) });
    if (firePin !== undefined) this.#in.fire = open('the fire input', firePin, { activeLow: fireActiveLow, atOnce: toldAtOnce.fire, tell: (active) => sink.fire(inputWords.fire(active)) });
    if (tamperPin !== undefined) this.#in.tamper = open('the tamper input', tamperPin, { activeLow: tamperActiveLow, atOnce: toldAtOnce.tamper, tell: (active) => sink.tamper?.(inputWords.tamper(active)) });
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

  #started(): GuardedRelay {
    if (!this.#relay) throw new Error('the door driver is used before start');
    return this.#relay;
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
