import type { StoredEvent } from '../../base/events.ts';
import type { DenialReason } from '../../base/verdict.ts';

export interface DenialRowSettings {
  count: number;
  windowS: number;
}

export const denialRowTypes = ['access-granted', 'access-denied'] as const;

/** Denials that say something of the door and nothing of the code. */
const OWN_DOING = new Set<DenialReason>(['lockdown', 'list-stale', 'newer-than-list', 'clock-unverified', 'needs-online']);

/** The denials since the last grant, no more of them than are asked after [S9]. */
export class DenialRow {
  readonly #settings: DenialRowSettings;
  /** Wall milliseconds, oldest first. */
  #row: number[] = [];

  constructor(settings: DenialRowSettings) {
    this.#settings = settings;
  }

  take(event: StoredEvent): void {
    if (event.type === 'access-granted') this.#row = [];
    if (event.type !== 'access-denied' || OWN_DOING.has(event.reason)) return;
    this.#row = [...this.#row, event.atMs].slice(-this.#settings.count);
  }

  /** How many within the window, when they are enough, and since when. */
  look(nowMs: number): { count: number; sinceMs: number } | undefined {
    const { count, windowS } = this.#settings;
    const first = this.#row[0];
    if (first === undefined || this.#row.length < count || nowMs - first > windowS * 1000) return undefined;
    return { count, sinceMs: first };
  }
}
