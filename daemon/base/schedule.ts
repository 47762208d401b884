export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** Hours in the door's time zone. A span is `HH:MM-HH:MM`, its end not included and at most 24:00; it never runs over midnight. */
export interface Schedule {
  /** A day that is absent is closed. */
  readonly weekly: { readonly [Day in Weekday]?: readonly string[] };
  /** Days that differ from the week; `hours` stand in place of the weekly ones, `[]` is closed. */
  readonly exceptions: readonly { readonly date: string; readonly hours: readonly string[] }[];
}

/** What a clock on the wall of the door shows. */
interface LocalTime {
  /** `2026-12-24`. */
  date: string;
  weekday: Weekday;
  /** `08:05`; compares as text. */
  time: string;
}

/**
 * Whether `schedule` is open at `wallMs` (milliseconds since 1970) in the IANA zone `timeZone`.
 *
 * It goes by what the clock on the wall shows: an hour that comes twice in autumn is open both times, one that is
 * left out in spring is never there. Throws RangeError for a zone that does not exist.
 */
export function isOpenAt(schedule: Schedule, timeZone: string, wallMs: number): boolean {
  const now = localTime(timeZone, wallMs);
  const exception = schedule.exceptions.find((e) => e.date === now.date);
  const spans = exception ? exception.hours : schedule.weekly[now.weekday] ?? [];
  return spans.some((span) => span.slice(0, 5) <= now.time && now.time < span.slice(6));
}

function localTime(timeZone: string, wallMs: number): LocalTime {
  const parts = Object.fromEntries(formatOf(timeZone).formatToParts(wallMs).map((p) => [p.type, p.value])) as Record<Intl.DateTimeFormatPartTypes, string>;
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    weekday: parts.weekday.toLowerCase() as Weekday,
    time: `${parts.hour}:${parts.minute}`,
  };
}

/** Kept, for making one takes milliseconds on a small board; a door has one zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format = formats.get(timeZone) ?? newFormat(timeZone);
  formats.set(timeZone, format);
  return format;
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23',
    year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short', hour: '2-digit', minute: '2-digit',
  });
}
