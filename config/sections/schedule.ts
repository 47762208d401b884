import { z } from 'zod';

const INTERVAL = /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** `HH:MM-HH:MM` in the door's time zone; the end is not included and may be 24:00. */
const interval = z.string()
  .regex(INTERVAL, 'must be a time span like "08:00-12:00" (hours 00 to 23, the end up to 24:00)')
  .refine((text) => !INTERVAL.test(text) || text.slice(0, 5) < text.slice(6), 'must end after it begins; write hours over midnight as two spans, "22:00-24:00" on one day and "00:00-06:00" on the next')
  .meta({ allowed: 'a time span like "08:00-12:00"' });
const hours = z.array(interval).max(24);

const exceptionDate = z.string()
  .refine(isCalendarDate, 'must be a date that exists, like 2026-12-24')
  .meta({ allowed: 'a date like 2026-12-24' });

const day = (name: string): z.ZodExactOptional<typeof hours> => hours.describe(`Open hours on ${name}s; absent: closed.`).exactOptional();

export const schedule = z.strictObject({
  weekly: z.strictObject({
    mon: day('Monday'),
    tue: day('Tuesday'),
    wed: day('Wednesday'),
    thu: day('Thursday'),
    fri: day('Friday'),
    sat: day('Saturday'),
    sun: day('Sunday'),
  }).describe('The hours of an ordinary week.'),
  exceptions: z.array(z.strictObject({
    date: exceptionDate.describe('The day in the door\'s time zone.'),
    hours: hours.describe('Open hours on that day, in place of the weekly ones; [] is closed.'),
  })).max(1000).default([]).describe('Days that differ from the week: holidays, events.'),
});

function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
