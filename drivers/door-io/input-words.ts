import type { DoorInputs } from './door-io.ts';

type Told<Name extends keyof DoorInputs> = Exclude<DoorInputs[Name], 'absent'>;

/** What an input's being active means, in the contract's words. */
export const inputWords: { readonly [Name in keyof DoorInputs]: (active: boolean) => Told<Name> } = {
  contact: (active) => (active ? 'open' : 'closed'),
  rex: (active) => (active ? 'active' : 'idle'),
  fire: (active) => (active ? 'alarm' : 'normal'),
  tamper: (active) => (active ? 'alarm' : 'normal'),
};

/** Those told on their leading edge: an exit must not be late, and an alarm not be filtered away [S2]. */
export const toldAtOnce: Readonly<Record<keyof DoorInputs, boolean>> = { contact: false, rex: true, fire: true, tamper: false };
