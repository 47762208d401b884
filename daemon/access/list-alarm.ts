import type { Clock, Timer } from '../base/clock.ts';
import type { EventDraft } from '../base/events.ts';
import type { StatusBoard } from '../base/status.ts';
import type { ListHead } from '../base/token-list-file.ts';
import { isFresh } from './offline-rules.ts';

export interface ListAlarmOptions {
  clock: Clock;
  nowMs: () => number;
  list: () => ListHead | undefined;
  maxListAgeMs: number;
  status: StatusBoard;
  onEvent: (draft: EventDraft) => void;
}

/** How long the backend may be silent before somebody should know: whoever cuts the cable keeps revocations out, too. */
export const SILENCE_MS = 15 * 60_000;
const LOOK_EVERY_MS = 30_000;

/** Watches the age of the list, and how long nobody authentic has said anything about it. It owns the status part `list`. */
export class ListAlarm {
  readonly #o: ListAlarmOptions;
  #answeredMs: number;
  #refusal = '';
  #raised: string | undefined;
  #timer: Timer | undefined;

  constructor(options: ListAlarmOptions) {
    this.#o = options;
    this.#answeredMs = options.clock.monotonicMs();
  }

  start(): void {
    this.#timer = this.#o.clock.after(LOOK_EVERY_MS, () => this.start());
    this.#look();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Why the list is too old, in a sentence; undefined while it is not. */
  get raised(): string | undefined {
    return this.#raised;
  }

  /** The backend sent a list that was accepted, or said that there is no newer one. */
  answered(): void {
    this.#answeredMs = this.#o.clock.monotonicMs();
    this.#refusal = '';
    this.#look();
  }

  /** What it sent was refused, or is no longer good. */
  refused(why: string): void {
    this.#refusal = why;
    this.#look();
  }

  #look(): void {
    const list = this.#o.list();
    const silentMs = this.#o.clock.monotonicMs() - this.#answeredMs;
    const stale = list !== undefined && !isFresh(list, this.#o.nowMs(), this.#o.maxListAgeMs);
    const silent = silentMs >= SILENCE_MS;
    const reason = !list ? 'There is no list of codes yet.' : stale ? 'The list of codes is too old to decide by.' : silent ? 'Nobody has confirmed the list of codes for over 15 minutes.' : '';
    const full = [reason, this.#refusal].filter((sentence) => sentence !== '').join(' ');
    this.#o.status.report('list', full === '' ? 'ok' : 'degraded', full);
    this.#raise(stale || silent ? reason : undefined, list ? this.#o.nowMs() - list.issuedAtS * 1_000 : silentMs);
  }

  /** Once each time it comes to that. */
  #raise(alarm: string | undefined, ageMs: number): void {
    if (alarm !== undefined && this.#raised === undefined) this.#o.onEvent({ type: 'list-stale', ageMs: Math.round(ageMs) });
    this.#raised = alarm;
  }
}
