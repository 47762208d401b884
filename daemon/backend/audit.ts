import type { Clock } from '../base/clock.ts';
import type { Store } from './store.ts';

export type AuditAction = 'door-added' | 'api-key-created' | 'token-issued' | 'token-revoked' | 'token-suspended' | 'token-resumed' | 'pass-created' | 'pass-taken' | 'list-downloaded';

/** On whose behalf something is done. */
export interface Actor {
  /** The person or system an integrator names; never in a log line [S7]. */
  principal?: string | undefined;
  /** Name of the API key that asked; absent for what the process itself does. */
  apiKey?: string | undefined;
}

/** Who did what, written in the transaction of what was done. */
export class Audit {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  write(action: AuditAction, subject: string, actor: Actor): void {
    this.#store.prepare('INSERT INTO audit (at_ms, action, principal, api_key, subject) VALUES (?, ?, ?, ?, ?)')
      .run(this.#clock.wallMs(), action, actor.principal ?? null, actor.apiKey ?? null, subject);
  }
}
