import type { Clock } from '../../daemon/base/clock.ts';
import type { DoorInputs, DoorIoSink, OutputName } from './door-io.ts';
import type { Pull } from './gpiod-wires.ts';
import { powerOnWarning } from './power-on-pull.ts';

/** An output's pin by its BCM number. */
export interface OutputPin {
  pin: number;
  activeLow: boolean;
}

/**
 * A door's pins by their BCM numbers; the words are the config's own. Active: the relay is energised, the door open, an exit
 * asked for, the fire panel in alarm, the housing open.
 */
export interface DoorPins {
  clock: Clock;
  relayPin: number;
  relayActiveLow: boolean;
  contactPin?: number;
  contactActiveLow?: boolean;
  contactPull?: Pull;
  rexPin?: number;
  rexActiveLow?: boolean;
  rexPull?: Pull;
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
}

export type InputName = keyof DoorInputs;

/** What an input is, whichever driver reads it. */
interface InputTraits<Name extends InputName> {
  /** In sentences. */
  what: string;
  /** Of a switch to ground, with the pull-up that makes an open wire read high: a normally closed one that opens is an alarm. */
  usuallyActiveLow: boolean;
  /** Told on its leading edge: an exit must not be late, and an alarm not be filtered away [S2]. */
  isToldAtOnce: boolean;
  active: DoorInputs[Name];
  idle: DoorInputs[Name];
}

const TRAITS: { readonly [Name in InputName]: InputTraits<Name> } = {
  contact: { what: 'the contact', usuallyActiveLow: false, isToldAtOnce: false, active: 'open', idle: 'closed' },
  rex: { what: 'the request to exit', usuallyActiveLow: true, isToldAtOnce: true, active: 'active', idle: 'idle' },
  fire: { what: 'the fire input', usuallyActiveLow: false, isToldAtOnce: true, active: 'alarm', idle: 'normal' },
  tamper: { what: 'the tamper input', usuallyActiveLow: false, isToldAtOnce: false, active: 'alarm', idle: 'normal' },
};

export interface WiredInput {
  name: InputName;
  what: string;
  pin: number;
  activeLow: boolean;
  pull: Pull;
  isToldAtOnce: boolean;
}

/** The inputs that have a pin. */
export function wiredInputs(pins: DoorPins): WiredInput[] {
  return (Object.keys(TRAITS) as InputName[]).flatMap((name) => {
    const pin = pins[`${name}Pin`];
    const { what, usuallyActiveLow, isToldAtOnce } = TRAITS[name];
    return pin === undefined ? [] : [{ name, what, pin, isToldAtOnce, activeLow: pins[`${name}ActiveLow`] ?? usuallyActiveLow, pull: pins[`${name}Pull`] ?? 'up' }];
  });
}

/** What the wired inputs tell; the others are absent. */
export function inputsFrom(levels: Iterable<readonly [InputName, active: boolean]>): DoorInputs {
  const told = [...levels].map(([name, active]) => [name, TRAITS[name][active ? 'active' : 'idle']]);
  return { contact: 'absent', rex: 'absent', fire: 'absent', tamper: 'absent', ...(Object.fromEntries(told) as Partial<DoorInputs>) };
}

export function tellInput(sink: DoorIoSink, name: InputName, active: boolean): void {
  switch (name) {
    case 'contact': return sink.contact(active ? 'open' : 'closed');
    case 'rex': return sink.rex(active ? 'active' : 'idle');
    case 'fire': return sink.fire(active ? 'alarm' : 'normal');
    case 'tamper': return sink.tamper?.(active ? 'alarm' : 'normal');
  }
}

/** What the installer should know of the pins; the door works all the same. */
export function pinWarnings({ relayPin, relayActiveLow }: DoorPins): string[] {
  const warning = powerOnWarning(relayPin, relayActiveLow);
  return warning === undefined ? [] : [warning];
}
