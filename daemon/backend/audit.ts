import type { Clock } from '../base/clock.ts';
import type { Store } from './store.ts';

export type AuditAction =
  | 'door-added'
  | 'api-key-created'
  | 'api-key-revoked'
  | 'signing-key-rotated'
  | 'signing-key-revoked'
  | 'root-announced'
  | 'root-changed'
  | 'token-issued'
  | 'token-revoked'
  | 'token-suspended'
  | 'token-resumed'
  | 'pass-created'
  | 'pass-taken'
  | 'unlock-asked'
  | 'door-unlocked'
  | 'picture-viewed'
  | 'events-exported'
  | 'list-downloaded';

/** On whose behalf something is done. */
export interface Actor {
  /** The person or system an integrator names; never in a log line [S7]. */
  principal?: string | undefined;
  /** Name of the API key that asked, `cert:` and the door for a certificate; absent for what the process itself does. */
  apiKey?: string | undefined;
}

export interface AuditEntry {
  seq: number;
  atMs: number;
  /** An AuditAction, or one that a newer Postern wrote. */
  action: string;
  principal: string | null;
  apiKey: string | null;
  /** What it was done to: a token, a key, a door. */
  subject: string;
}

/** [S9] A door that polls downloads many lists a day; what people did is kept for longer. */
const DOWNLOADS_KEPT_MS = 31 * 86_400_000;
const KEPT_MS = 3 * 366 * 86_400_000;

/** Who did what, written in the transaction of what was done. */
export class Audit {
  readonly #clock: Clock;
  readonly #insert;
  readonly #pruneDownloads;
  readonly #prune;
  readonly #since;

  constructor(store: Store, clock: Clock) {
    this.#clock = clock;
    this.#insert = store.prepare('INSERT INTO audit (at_ms, action, principal, api_key, subject) VALUES (?, ?, ?, ?, ?)');
    // Two out for one in, so that the table never outgrows its time.
    this.#pruneDownloads = store.prepare('DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE action = \'list-downloaded\' AND at_ms < ? ORDER BY at_ms LIMIT 2)');
    this.#prune = store.prepare('DELETE FROM audit WHERE seq IN (SELECT seq FROM (SELECT seq, at_ms FROM audit ORDER BY seq LIMIT 2) WHERE at_ms < ?)');
    this.#since = store.prepare<[number], AuditEntry>('SELECT seq, at_ms AS atMs, action, principal, api_key AS apiKey, subject FROM audit WHERE at_ms >= ? ORDER BY seq');
  }

  write(action: AuditAction, subject: string, actor: Actor): void {
    const nowMs = this.#clock.wallMs();
    this.#insert.run(nowMs, action, actor.principal ?? null, actor.apiKey ?? null, subject);
    if (action === 'list-downloaded') this.#pruneDownloads.run(nowMs - DOWNLOADS_KEPT_MS);
    this.#prune.run(nowMs - KEPT_MS);
  }

  /** In the order in which it was done. Nothing else may be asked of the store until it is read to its end. */
  since(wallMs: number): IterableIterator<AuditEntry> {
    return this.#since.iterate(wallMs);
  }
}
