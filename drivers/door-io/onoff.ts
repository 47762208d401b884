import type { Clock } from '../../daemon/base/clock.ts';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { DoorInputs, DoorIo, DoorIoSink } from './door-io.ts';
import type { GpioChip } from './gpio-chip.ts';
import { findChip, gpioNumber } from './gpio-chip.ts';
import { gpioError } from './gpio-error.ts';
import type { GpioClass } from './gpio-pin.ts';
import { guardInProcess, guardProcess } from './guard-channel.ts';
import type { OnoffInputOptions } from './onoff-input.ts';
import { OnoffInput } from './onoff-input.ts';
import { OnoffRelayLine } from './onoff-relay-line.ts';
import { powerOnWarning } from './power-on-pull.ts';
import { GuardedRelay } from './relay-guard.ts';
import type { RelayLevel } from './relay-line.ts';

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
  debounceMs: number;
  chipLabel?: string;
  /** For tests: a tree like `/sys/class/gpio`, onoff's class, and a guard that can use both. */
  sysfs?: string;
  Gpio?: GpioClass;
  guard?: 'process' | 'in-process';
}

interface Inputs {
  contact?: OnoffInput;
  rex?: OnoffInput;
  fire?: OnoffInput;
}

/** A door on a Raspberry Pi's pins, through sysfs and the `onoff` package. */
export class OnoffDoorIo implements DoorIo {
  readonly name: string;
  readonly #o: OnoffDoorIoOptions;
  #in: Inputs = {};
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
    const { contact, rex, fire } = this.#in;
    return {
      contact: contact ? contactOf(contact.active) : 'absent',
      rex: rex ? rexOf(rex.active) : 'absent',
      fire: fire ? fireOf(fire.active) : 'absent',
    };
  }

  get relay(): RelayLevel {
    return this.#relay?.level ?? 'rest';
  }

  get guardHeardMs(): number {
    return this.#relay?.heardMs ?? 0;
  }

  /** Rejects PosternError: `gpio-chip`, `gpio-pin`, `onoff` or `relay-guard`; nothing is left running then. */
  async start(sink: DoorIoSink): Promise<void> {
    const { sysfs = '/sys/class/gpio', chipLabel } = this.#o;
    const chip = findChip(sysfs, chipLabel);
    const Gpio = this.#o.Gpio ?? (await loadGpio());
    try {
      await this.#startRelay(sink, gpioNumber(chip, this.#o.relayPin), Gpio);
      this.#openInputs(sink, chip, Gpio);
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
    await this.#relay?.stop();
  }

  async #startRelay(sink: DoorIoSink, gpio: number, Gpio: GpioClass): Promise<void> {
    const { clock, relayPin, relayActiveLow: activeLow, guard = 'process' } = this.#o;
    const line = using(`the relay on GPIO ${relayPin} (sysfs ${gpio})`, () => new OnoffRelayLine({ gpio, activeLow, Gpio }));
    const openGuard = guard === 'process' ? guardProcess({ kind: 'sysfs', gpio, activeLow }, clock) : guardInProcess(line, clock);
    this.#relay = new GuardedRelay({ clock, line, openGuard, onFault: (detail) => sink.relayFault(detail) });
    await this.#relay.start();
  }

  #openInputs(sink: DoorIoSink, chip: GpioChip, Gpio: GpioClass): void {
    const { contactPin, contactActiveLow = false, rexPin, rexActiveLow = true, firePin, fireActiveLow = false, debounceMs, clock } = this.#o;
    const open = (what: string, pin: number, options: Pick<OnoffInputOptions, 'activeLow' | 'atOnce' | 'tell'>): OnoffInput => {
      const gpio = gpioNumber(chip, pin);
      return using(`${what} on GPIO ${pin} (sysfs ${gpio})`, () => new OnoffInput({ gpio, debounceMs, clock, Gpio, ...options }));
    };
    if (contactPin !== undefined) this.#in.contact = open('the contact', contactPin, { activeLow: contactActiveLow, atOnce: false, tell: (active) => sink.contact(contactOf(active)) });
    if (rexPin !== undefined) this.#in.rex = open('the request to exit', rexPin, { activeLow: rexActiveLow, atOnce: true, tell: (active) => sink.rex(rexOf(active)) });
    if (firePin !== undefined) this.#in.fire = open('the fire input', firePin, { activeLow: fireActiveLow, atOnce: true, tell: (active) => sink.fire(fireOf(active)) });
  }

  #started(): GuardedRelay {
    if (!this.#relay) throw new Error('the door driver is used before start');
    return this.#relay;
  }
}

const contactOf = (open: boolean): 'open' | 'closed' => (open ? 'open' : 'closed');
const rexOf = (active: boolean): 'active' | 'idle' => (active ? 'active' : 'idle');
const fireOf = (alarm: boolean): 'alarm' | 'normal' => (alarm ? 'alarm' : 'normal');

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
