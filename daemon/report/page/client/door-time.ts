const DAY_MS = 86_400_000;

/**
 * Times as the door's wall clock shows them: whoever looks at a picture of the door, at its log or at the person before it
 * means that clock, wherever the reader sits.
 */
export class DoorTime {
  /** IANA name. */
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;

  /** A zone this browser does not know is taken for UTC, and `zone` says so. */
  constructor(zone: string) {
    this.zone = isKnown(zone) ? zone : 'UTC';
    this.#format = new Intl.DateTimeFormat('sv-SE', { timeZone: this.zone, dateStyle: 'short', timeStyle: 'medium' });
  }

  /** `2026-11-24`. */
  date(ms: number): string {
    return this.#format.format(ms).slice(0, 10);
  }

  /** `14:05:09`. */
  time(ms: number): string {
    return this.#format.format(ms).slice(11);
  }

  /** `14:05:09`, with its day where that is not today: `Mon 23 Nov, 14:05:09`. */
  exact(ms: number, nowMs: number): string {
    return this.date(ms) === this.date(nowMs) ? this.time(ms) : `${nameOfDay(this.date(ms))}, ${this.time(ms)}`;
  }

  /** The same without seconds. */
  short(ms: number, nowMs: number): string {
    return this.exact(ms, nowMs).slice(0, -3);
  }

  /**
   * Wall milliseconds of `2026-11-24`, `14:05` at the door; NaN for what is no time. Of an hour that comes twice in autumn it
   * is the first; one that is left out in spring is taken for what the clock shows instead.
   */
  at(date: string, time: string): number {
    const asUtcMs = /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(`${date} ${time}`) ? Date.parse(`${date}T${time}:00Z`) : NaN;
    if (Number.isNaN(asUtcMs)) return NaN;
    // Whatever the zone does that day, one of its offsets of the day before and the day after holds.
    const [before, after] = [asUtcMs - this.#offsetMs(asUtcMs - DAY_MS), asUtcMs - this.#offsetMs(asUtcMs + DAY_MS)];
    const shown = [before, after].filter((ms) => this.date(ms) === date && this.time(ms).startsWith(time));
    return shown.length > 0 ? Math.min(...shown) : before;
  }

  #offsetMs(ms: number): number {
    return Date.parse(`${this.date(ms)}T${this.time(ms)}Z`) - Math.floor(ms / 1000) * 1000;
  }
}

/** `Mon 23 Nov` for `2026-11-23`: a day is a day in whatever zone. */
export function nameOfDay(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' }).format(Date.parse(date)).replace(',', '');
}

/** How long something lasts, in the unit a person would use. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 90) return `${s} s`;
  if (s < 5_400) return `${Math.round(s / 60)} min`;
  if (s < 129_600) return `${Math.round(s / 3_600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

function isKnown(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
