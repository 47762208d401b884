import { nextDeadlineMs, transition } from '../../../daemon/door/door-machine.ts';
import type { DoorSettings } from '../../../daemon/door/door-settings.ts';
import type { DoorState, DoorStateName } from '../../../daemon/door/door-state.ts';
import { doorStateName, unstarted } from '../../../daemon/door/door-state.ts';
import type { DoorEffect, DoorInput } from '../../../daemon/door/transition-rule.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import { noOrders, settings } from './specimens.ts';

/** A door machine with a relay that obeys and a timer that is on time. */
export class DrivenDoor {
  state: DoorState = unstarted;
  nowMs = 0;
  events: EventDraft[] = [];
  refusals: string[] = [];
  /** Until when the relay is energised by the leases given. */
  energisedUntilMs = 0;
  readonly settings: DoorSettings;

  constructor(changed: Partial<DoorSettings> = {}, start: Partial<Extract<DoorInput, { type: 'start' }>> = {}) {
    this.settings = { ...settings, ...changed };
    this.give({ type: 'start', contact: 'closed', rex: 'idle', orders: noOrders, ...start });
  }

  give(input: DoorInput): this {
    const { state, effects } = transition(this.state, input, this.nowMs, this.settings);
    this.state = state;
    for (const effect of effects) this.#perform(effect);
    return this;
  }

  grant(extended = false): this {
    return this.give({ type: 'grant', attemptId: 'A', extended });
  }

  /** Lets time pass, with `timer-due` whenever the machine asked for it. */
  pass(ms: number): this {
    const endMs = this.nowMs + ms;
    for (let dueMs = this.#dueMs(); dueMs !== undefined && dueMs <= endMs; dueMs = this.#dueMs()) {
      this.nowMs = Math.max(this.nowMs, dueMs);
      this.give({ type: 'timer-due' });
      if (this.#dueMs() === dueMs) throw new Error(`still due at ${dueMs} in ${this.name}`);
    }
    this.nowMs = endMs;
    return this;
  }

  #dueMs(): number | undefined {
    return nextDeadlineMs(this.state, this.settings);
  }

  get name(): DoorStateName {
    return doorStateName(this.state);
  }

  get energised(): boolean {
    return this.energisedUntilMs > this.nowMs;
  }

  /** The types of what was told since the last call. */
  told(): string[] {
    return this.events.splice(0).map((event) => event.type);
  }

  #perform(effect: DoorEffect): void {
    switch (effect.type) {
      case 'energise-relay': this.energisedUntilMs = this.nowMs + effect.forMs; break;
      case 'rest-relay': this.energisedUntilMs = this.nowMs; break;
      case 'tell': this.events.push(effect.event); break;
      case 'refuse': this.refusals.push(effect.why); break;
      case 'persist': break;
    }
  }
}
