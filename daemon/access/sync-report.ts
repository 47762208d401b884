import type { PosternError } from '../base/errors.ts';
import type { EventDraft } from '../base/events.ts';
import type { Logger } from '../base/logger.ts';
import type { StatusBoard } from '../base/status.ts';
import type { ListAlarm } from './list-alarm.ts';

export interface SyncReportOptions {
  alarm: Pick<ListAlarm, 'answered' | 'refused'>;
  hasKeys: () => boolean;
  status: StatusBoard;
  log: Logger;
  onEvent: (draft: EventDraft) => void;
}

type Accepted = Extract<EventDraft, { type: 'key-set-accepted' | 'list-accepted' }>;

/** Tells the log, the status and the events how keeping up with the issuer goes. It owns the status part `keys`. */
export class SyncReport {
  readonly #o: SyncReportOptions;
  /** What was refused last. It comes again with every poll, and is one event until something else comes of it [S9]. */
  #keySetRefusal = '';
  #listRefusal = '';

  constructor(options: SyncReportOptions) {
    this.#o = options;
  }

  /** The backend's key set is the one in hand. */
  keySetStands(accepted?: Accepted): void {
    this.#keySetRefusal = '';
    this.#reportKeys();
    if (accepted) this.#o.onEvent(accepted);
  }

  /** The backend's list is the one in hand. */
  listStands(accepted?: Extract<Accepted, { type: 'list-accepted' }>): void {
    this.#listRefusal = '';
    this.#o.alarm.answered();
    if (accepted) this.#o.onEvent(accepted);
  }

  /** Something was refused, or could not be fetched or stored. */
  failed({ code, message }: PosternError): void {
    if (code === 'key-set-refused') this.#keySetRefused(message);
    else if (code === 'list-refused') this.#listRefused(message);
    else this.#o.log.warn(`Keys and token list could not be brought up to date: ${message}`);
  }

  #keySetRefused(message: string): void {
    const again = message === this.#keySetRefusal;
    this.#keySetRefusal = message;
    this.#reportKeys();
    if (!again) this.#o.onEvent({ type: 'key-set-refused', detail: message });
  }

  #listRefused(message: string): void {
    const again = message === this.#listRefusal;
    this.#listRefusal = message;
    this.#o.alarm.refused(message);
    if (!again) this.#o.onEvent({ type: 'list-refused', detail: message });
  }

  #reportKeys(): void {
    if (!this.#o.hasKeys()) this.#o.status.report('keys', 'down', `The door has not been given its keys yet. ${this.#keySetRefusal}`.trim());
    else this.#o.status.report('keys', this.#keySetRefusal === '' ? 'ok' : 'degraded', this.#keySetRefusal);
  }
}
