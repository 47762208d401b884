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
  return spanAt(schedule, localTime(timeZone, wallMs)) !== undefined;
}

const MINUTE_MS = 60_000;
/** So far ahead is looked at once; an hour that clocks leave out is found within. */
const STRIDE_MINUTES = 30;

/**
 * Until when `schedule`, open at `wallMs`, stays open without a break, spans that follow upon each other over midnight
 * included: milliseconds since 1970, at most `wallMs + limitMs`. Undefined when it is closed. Throws as `isOpenAt` does.
 */
export function openUntil(schedule: Schedule, timeZone: string, wallMs: number, limitMs: number): number | undefined {
  const lastMs = wallMs + limitMs;
  let atMs = wallMs - wallMs % MINUTE_MS;
  let shown = localTime(timeZone, atMs);
  for (let span = spanAt(schedule, shown); span !== undefined; span = spanAt(schedule, shown)) {
    if (atMs >= lastMs) return lastMs;
    const minutes = Math.min(STRIDE_MINUTES, minuteOf(span.slice(6)) - minuteOf(shown.time));
    const next = localTime(timeZone, atMs + minutes * MINUTE_MS);
    const isOrdinary = minuteOf(next.time) === (minuteOf(shown.time) + minutes) % (24 * 60);
    // Where clocks are put forward or back on the way each minute is looked at.
    atMs += (isOrdinary ? minutes : 1) * MINUTE_MS;
    shown = isOrdinary ? next : localTime(timeZone, atMs);
  }
  return atMs > wallMs ? atMs : undefined;
}

/** The span that is open when the wall shows this. */
function spanAt({ weekly, exceptions }: Schedule, { date, weekday, time }: LocalTime): string | undefined {
  const exception = exceptions.find((e) => e.date === date);
  const spans = exception ? exception.hours : weekly[weekday] ?? [];
  return spans.find((span) => span.slice(0, 5) <= time && time < span.slice(6));
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
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
