import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Store } from '../store.ts';
import type { AlertName } from './alert.ts';
import type { AlertEvent } from './alerts.ts';

/** Where alerts are sent. */
export interface Webhook {
  /** https, or http on this machine. */
  readonly url: string;
  /** File with the shared secret; read anew for each sending, so that it can be exchanged. */
  readonly secretFile: string;
  /** Which alerts; absent: all. */
  readonly alerts?: readonly AlertName[];
}

/** A webhook that is to be sent. */
export interface Sending {
  number: number;
  id: string;
  body: string;
  createdMs: number;
  tries: number;
}

/** [S9] How many may wait; beyond, the oldest are given up. */
const MAX_WAITING = 10_000;
const KEPT_MS = 30 * 86_400_000;

/** Webhooks that wait, in the database: what is in it survives a crash, and is sent at least once. */
export class WebhookOutbox {
  readonly #webhooks: readonly Webhook[];
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #statements;
  /** Called after something was added, within the same transaction: what it starts has to wait for the commit. */
  onAdded: () => void = () => undefined;

  constructor({ store, clock, log, webhooks }: { store: Store; clock: Clock; log: Logger; webhooks: readonly Webhook[] }) {
    this.#webhooks = webhooks;
    this.#clock = clock;
    this.#log = log;
    this.#statements = {
      add: store.prepare('INSERT INTO webhook_outbox (id, url, body, created_ms, next_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
      waiting: store.prepare<[], number>('SELECT count(*) FROM webhook_outbox WHERE state = \'waiting\'').pluck(),
      dropOldest: store.prepare('UPDATE webhook_outbox SET state = \'given-up\', error = \'too many wait\' WHERE number IN (SELECT number FROM webhook_outbox WHERE state = \'waiting\' ORDER BY number LIMIT ?)'),
      next: store.prepare<[string], Sending & { nextMs: number }>(
        'SELECT number, id, body, created_ms AS createdMs, tries, next_ms AS nextMs FROM webhook_outbox WHERE url = ? AND state = \'waiting\' ORDER BY next_ms LIMIT 1'),
      sent: store.prepare('UPDATE webhook_outbox SET state = \'sent\', tries = tries + 1, error = NULL WHERE number = ?'),
      again: store.prepare('UPDATE webhook_outbox SET tries = tries + 1, next_ms = ?, error = ? WHERE number = ?'),
      givenUp: store.prepare('UPDATE webhook_outbox SET state = \'given-up\', tries = tries + 1, error = ? WHERE number = ?'),
      forget: store.prepare('DELETE FROM webhook_outbox WHERE number IN (SELECT number FROM webhook_outbox WHERE created_ms < ? LIMIT 1000)'),
    };
  }

  get webhooks(): readonly Webhook[] {
    return this.#webhooks;
  }

  /** To be called in the transaction that stores the alert. */
  add(event: AlertEvent): void {
    const nowMs = this.#clock.wallMs();
    const receivers = this.#webhooks.filter(({ alerts }) => !alerts || alerts.includes(event.alert));
    for (const { url } of receivers) this.#statements.add.run(event.id, url, JSON.stringify(event), nowMs, nowMs);
    if (receivers.length === 0) return;
    this.#bound();
    this.onAdded();
  }

  /** The one whose turn is next at a receiver, due or not. */
  next(url: string): (Sending & { nextMs: number }) | undefined {
    return this.#statements.next.get(url);
  }

  sent({ number }: Sending): void {
    this.#statements.sent.run(number);
  }

  again({ number }: Sending, nextMs: number, error: string): void {
    this.#statements.again.run(nextMs, error, number);
  }

  giveUp({ number }: Sending, error: string): void {
    this.#statements.givenUp.run(error, number);
  }

  /** Forgets what is long done; a thousand a call. */
  prune(): void {
    this.#statements.forget.run(this.#clock.wallMs() - KEPT_MS);
  }

  #bound(): void {
    const surplus = (this.#statements.waiting.get() ?? 0) - MAX_WAITING;
    if (surplus <= 0) return;
    this.#statements.dropOldest.run(surplus);
    this.#log.error(`${surplus} webhooks were given up: over ${MAX_WAITING} wait. Check the receivers.`);
  }
}
