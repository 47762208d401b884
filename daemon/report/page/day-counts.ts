import type { Clock } from '../../base/clock.ts';
import { PosternError } from '../../base/errors.ts';
import type { EventType, StoredEvent } from '../../base/events.ts';
import type { Day, Outcome, Stats } from './api.ts';
import { attemptLine, attemptTypes } from '../attempt-line.ts';
import { walkBack, type ReadableLog } from './log-walk.ts';

export interface DayCountsOptions {
  log: ReadableLog & { onStored(listener: (event: StoredEvent) => void): void };
  clock: Clock;
  /** IANA name: by it days begin. */
  timeZone: string;
}

/** Of one day; `reasons` by the line's outcome and reason. */
interface Tally {
  granted: number;
  denied: number;
  unavailable: number;
  forced: number;
  heldOpen: number;
  exits: number;
  reasons: Map<string, { outcome: Outcome; reason: string; text: string; count: number }>;
}

export const MOST_DAYS = 90;
const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
/** Between two bites of the log, which is counted beside the door's work and never in its way. */
const PAUSE_MS = 10;
const COUNTED: readonly EventType[] = [...attemptTypes, 'door-forced', 'door-held-open', 'exit-requested'];

/**
 * Attempts a day. Counted when somebody first asks: backwards through the log, the newest days first, and from then on with
 * each event.
 */
export class DayCounts {
  readonly #o: DayCountsOptions;
  readonly #days = new Map<string, Tally>();
  readonly #dates = new Map<number, string>();
  readonly #format: Intl.DateTimeFormat;
  /** All from this place on is counted; undefined before anybody asked. */
  #countedFrom: number | undefined;
  #counting: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: DayCountsOptions) {
    this.#o = options;
    // The one locale whose short date is year-month-day.
    this.#format = new Intl.DateTimeFormat('en-CA', { timeZone: options.timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  }

  /** The last `days` days, today last. */
  stats(days: number): Stats {
    this.#begin();
    const { clock, log, timeZone } = this.#o;
    const nowMs = clock.wallMs();
    const dates = this.#lastDates(days, nowMs);
    const today = this.#tallyOf(dates.at(-1) as string);
    const { forced, heldOpen, exits, reasons } = today;
    const { first } = log.placesOf({ sinceMs: nowMs - days * DAY_MS });
    return {
      timeZone,
      complete: (this.#countedFrom ?? Infinity) <= first,
      days: dates.map((date) => this.#dayOf(date)),
      today: { ...this.#dayOf(dates.at(-1) as string), forced, heldOpen, exits, reasons: [...reasons.values()].sort((a, b) => b.count - a.count) },
    };
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when the log has been counted as far back as it is told. */
  counted(): Promise<void> {
    return this.#counting;
  }

  #begin(): void {
    if (this.#countedFrom !== undefined) return;
    const { log } = this.#o;
    this.#countedFrom = log.head().seq + 1;
    log.onStored((event) => this.#count(event));
    this.#counting = this.#countBack(this.#countedFrom).catch((thrown: unknown) => {
      // A disk that fails is told elsewhere; the numbers stay incomplete, and say so.
      if (!(thrown instanceof PosternError)) throw thrown;
    });
  }

  async #countBack(before: number): Promise<void> {
    const { log, clock } = this.#o;
    const { first } = log.placesOf({ sinceMs: clock.wallMs() - (MOST_DAYS + 1) * DAY_MS });
    for await (const { events, downTo } of walkBack(log, COUNTED, { before, first, isOver: () => this.#stopped })) {
      for (const event of events) this.#count(event);
      this.#countedFrom = downTo;
      await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
    }
    if (!this.#stopped) this.#countedFrom = 0;
  }

  #count(event: StoredEvent): void {
    if (!COUNTED.includes(event.type)) return;
    const tally = this.#tallyOf(this.#dateOf(event.atMs));
    const line = attemptLine(event);
    if (line) return countLine(tally, line);
    if (event.type === 'door-forced') tally.forced += 1;
    if (event.type === 'door-held-open') tally.heldOpen += 1;
    if (event.type === 'exit-requested') tally.exits += 1;
  }

  #dayOf(date: string): Day {
    const { granted, denied, unavailable } = this.#tallyOf(date);
    return { date, granted, denied, unavailable };
  }

  #tallyOf(date: string): Tally {
    const known = this.#days.get(date);
    if (known) return known;
    const fresh: Tally = { granted: 0, denied: 0, unavailable: 0, forced: 0, heldOpen: 0, exits: 0, reasons: new Map() };
    this.#days.set(date, fresh);
    // [S9] What is no longer told is forgotten; a clock that was wrong has days of its own.
    for (const oldest of [...this.#days.keys()].sort().slice(0, Math.max(0, this.#days.size - 2 * MOST_DAYS))) this.#days.delete(oldest);
    return fresh;
  }

  /** Noon of each day back is in that day, whatever is done to the clocks in between. */
  #lastDates(days: number, nowMs: number): string[] {
    const [year, month, day] = this.#dateOf(nowMs).split('-').map(Number) as [number, number, number];
    return Array.from({ length: days }, (_, i) => new Date(Date.UTC(year, month - 1, day - (days - 1 - i), 12)).toISOString().slice(0, 10));
  }

  /** Time zones differ by whole quarters of an hour, so that one of them is asked for once. */
  #dateOf(atMs: number): string {
    const quarter = Math.floor(atMs / QUARTER_MS);
    const known = this.#dates.get(quarter);
    if (known !== undefined) return known;
    const date = this.#format.format(quarter * QUARTER_MS);
    if (this.#dates.size > 2 * MOST_DAYS * 96) this.#dates.clear();
    this.#dates.set(quarter, date);
    return date;
  }
}

function countLine(tally: Tally, { outcome, reason, text }: { outcome: Outcome; reason: string; text: string }): void {
  tally[outcome] += 1;
  if (outcome === 'granted') return;
  const key = `${outcome} ${reason}`;
  const told = tally.reasons.get(key);
  if (told) told.count += 1;
  else tally.reasons.set(key, { outcome, reason, text, count: 1 });
}
