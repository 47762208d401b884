import type { EventDraft } from '../base/events.ts';
import type { DoorSettings } from './door-settings.ts';
import type { DoorState, Orders } from './door-state.ts';

export type DoorInput =
  | { type: 'start'; contact: 'closed' | 'open' | 'absent'; rex: 'idle' | 'active' | 'absent'; orders: Orders }
  | { type: 'grant'; attemptId: string; extended: boolean }
  | { type: 'release'; by: string }
  | { type: 'test-pulse'; by: string }
  | { type: 'contact-open' }
  | { type: 'contact-closed' }
  | { type: 'rex-active' }
  | { type: 'rex-idle' }
  | { type: 'lockdown-on'; by: string }
  | { type: 'lockdown-off'; by: string }
  | { type: 'passage-start'; by: string; cause: 'schedule' | 'command'; untilMs: number; untilWallMs: number; sinceWallMs: number }
  | { type: 'passage-end'; why: 'time' }
  | { type: 'passage-end'; why: 'command'; by: string }
  | { type: 'fire-on' }
  | { type: 'fire-off' }
  | { type: 'relay-fault'; detail: string }
  | { type: 'relay-recovered' }
  | { type: 'timer-due' }
  | { type: 'stop' };

export type InputType = DoorInput['type'];

/** Why the machine does not do what it was asked for. */
export type Refusal = 'lockdown' | 'relay-fault' | 'over';

export type DoorEffect =
  | { type: 'energise-relay'; forMs: number }
  | { type: 'rest-relay' }
  | { type: 'persist'; orders: Orders }
  | { type: 'tell'; event: EventDraft }
  | { type: 'refuse'; why: Refusal };

/** What a rule comes to. */
export interface Step {
  state: DoorState;
  effects: DoorEffect[];
}

/** The door, the time and the settings that a rule goes by. */
export interface Moment {
  state: DoorState;
  nowMs: number;
  settings: DoorSettings;
}

/** One cell of a transition table: its name in it, what it does in words for the documentation, and in code. */
interface RuleOf<Input extends DoorInput> {
  name: string;
  does: string;
  run(at: Moment & { input: Input }): Step;
}
export type Rule<I extends InputType = InputType> = RuleOf<Extract<DoorInput, { type: I }>>;

/** A rule for every input and every state: the compiler objects to a missing cell. */
export type Table<I extends InputType, State extends string> = { [K in I]: Record<State, Rule<K>> };

export function step(state: DoorState, ...effects: DoorEffect[]): Step {
  return { state, effects };
}

export function tell(event: EventDraft): DoorEffect {
  return { type: 'tell', event };
}

/** Nothing changes. */
export const stay: Rule = { name: '–', does: 'nothing', run: ({ state }) => step(state) };
