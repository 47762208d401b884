import type { DoorFacts } from './pass-desk.ts';

/** What a pass tells its holder, whatever it is printed on. */
export interface PassFacts {
  door: DoorFacts;
  /** 22 characters. */
  tokenId: string;
  holder: string;
  /** When it begins; absent: at once. Wall milliseconds. */
  fromMs: number | undefined;
  untilMs: number;
  /** The holder's time zone, as `Europe/Berlin`. */
  zone: string;
  uses: number | undefined;
}

export const HOW_TO_HOLD = 'Hold the code flat towards the camera, about 20 cm (8 in) in front of it, and hold still until the door opens.';
export const ON_A_SCREEN = 'On a phone, turn the brightness of the screen all the way up.';

/** The facts as lines of a name and a value, each moment with the zone's own name for its time: summer and winter differ. */
export function factLines({ fromMs, untilMs, zone, uses }: PassFacts): [name: string, value: string][] {
  const lines: [string, string][] = fromMs === undefined ? [] : [['Valid from', momentText(fromMs, zone)]];
  lines.push(['Valid until', momentText(untilMs, zone)], ['Time zone', zone]);
  if (uses !== undefined) lines.push(['Opens', uses === 1 ? 'once' : `${uses} times`]);
  return lines;
}

/** `Thu 24 December 2026, 08:00 CET` */
export function momentText(ms: number, zone: string): string {
  return `${dayText(ms, zone)}, ${part(ms, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })} ${zoneName(ms, zone)}`;
}

/** `Thu 24 December 2026` */
export function dayText(ms: number, zone: string): string {
  return part(ms, zone, { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' }).replace(',', '');
}

/** A language knows the short names of its own zones and writes the others as GMT-5. */
const ZONE_LANGUAGES = ['en-GB', 'en-US', 'en-AU', 'en-IN', 'en-NZ', 'en-ZA'];

function zoneName(ms: number, zone: string): string {
  const names = ZONE_LANGUAGES.map((language) => new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: 'short' }).formatToParts(ms).find((it) => it.type === 'timeZoneName')?.value ?? zone);
  return names.find((name) => !/^(GMT|UTC)[+-]/.test(name)) ?? names[0] ?? zone;
}

function part(ms: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(ms);
}
