import type { StoredEvent } from '../../base/events.ts';

/** What the last of these events says of how the door stood when the daemon ended. */
export const leftOpenTypes = ['door-opened', 'door-forced', 'door-held-open', 'door-closed'] as const;

/** How the door was left by the daemon before this one: it outlives the restart for as long as the door has not been seen closed. */
export class LeftOpen {
  #as: { as: 'forced' | 'held-open'; sinceMs: number } | undefined;

  /** `last` is the newest event of `leftOpenTypes`. */
  constructor(last: StoredEvent | undefined) {
    if (last?.type === 'door-forced') this.#as = { as: 'forced', sinceMs: last.atMs };
    if (last?.type === 'door-held-open') this.#as = { as: 'held-open', sinceMs: last.atMs };
  }

  get as(): { as: 'forced' | 'held-open'; sinceMs: number } | undefined {
    return this.#as;
  }

  see(contact: 'open' | 'closed' | 'absent'): void {
    if (contact !== 'open') this.#as = undefined;
  }
}
