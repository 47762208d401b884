import { z } from 'zod';
import { about, shortName, whole } from '../fields.ts';
import { schedule } from './schedule.ts';

const UUID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Za-z0-9_-]{21}[AQgw])$/i;

export const doorUuid = (): z.ZodString => z.string().regex(UUID, 'must be the door\'s RUUID (22 characters) or UUID (36 characters), as its backend lists it; put it in quotes')
  .meta({ allowed: 'an RUUID (22 characters) or a UUID (36 characters)', example: 'AAECAwQFBgcICQoLDA0ODw' });

export const timeZone = z.string().refine(isTimeZone, 'must be a time zone name of the IANA list, like Europe/Berlin or UTC')
  .meta({ allowed: 'an IANA name like Europe/Berlin' });

export const door = z.strictObject({
  uuid: doorUuid().describe('Which door this is.'),
  name: shortName().describe('The door\'s name on the status page and in pictures\' captions.').meta({ example: 'Front door' }),
  timeZone: timeZone.default('UTC').describe('The time zone of the schedules.'),
  unlockMs: whole(500, 60_000).default(5_000).describe('How long a granted entry releases the lock.'),
  extendedUnlockMs: whole(500, 180_000).default(15_000).describe('How long it is released for a token with extended (accessibility) time.'),
  heldOpenMs: whole(1_000, 3_600_000).default(30_000).describe('How long the door may stand open after an entry before it counts as held open.'),
  heldOpenWarningMs: whole(0, 3_600_000).default(10_000).describe('How long before heldOpenMs the warning comes; 0: none.'),
  relockOn: z.enum(['open', 'close']).default('open').describe('When the lock returns to rest early: as the door opens (a strike) or closes again (a maglock).'),
  rexTimeMs: whole(0, 60_000).default(10_000).describe('How long after a request to exit the door may open without counting as forced.'),
  rexStuckMs: whole(1_000, 3_600_000).default(60_000).describe('A request to exit held longer than this is a stuck button and no longer excuses anything.'),
  rexReleases: z.boolean().default(false).describe('Whether a request to exit also releases the lock, in lockdown too. Getting out never depends on it: REX is wired in the lock\'s own circuit.'),
  fireReleases: z.boolean().default(false).describe('Whether the fire input releases the lock, over lockdown too. A convenience: the way out is the panel cutting the lock\'s power.'),
  schedules: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/), schedule).default({})
    .describe('Named hours. A token that names one opens the door only within it.')
    .meta({ example: { deliveries: { weekly: { mon: ['08:00-12:00', '13:00-17:00'], tue: ['08:00-12:00'] }, exceptions: [{ date: '2026-12-24', hours: [] }] } } }),
  passageSchedule: z.string().exactOptional().describe('The schedule in which the door stands released: opening hours, the first lesson. Absent: none.').meta({ example: 'deliveries' }),
  passageNeedsFirstEntry: z.boolean().default(true).describe('Scheduled passage begins with the first person who is let in, so that a day on which nobody comes does not open an empty building.'),
})
  .refine((it) => it.passageSchedule === undefined || Object.hasOwn(it.schedules, it.passageSchedule), about(['passageSchedule', 'schedules'], 'must be the name of one of the schedules'))
  .refine((it) => it.extendedUnlockMs >= it.unlockMs, about(['extendedUnlockMs', 'unlockMs'], 'must not be shorter than unlockMs'))
  .refine((it) => it.heldOpenWarningMs < it.heldOpenMs, about(['heldOpenWarningMs', 'heldOpenMs'], 'must be shorter than heldOpenMs'))
  .refine((it) => it.rexTimeMs < it.rexStuckMs, about(['rexTimeMs', 'rexStuckMs'], 'must be shorter than rexStuckMs'))
  .refine((it) => Object.keys(it.schedules).length <= 100, about(['schedules'], 'must not hold more than 100 schedules'));

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
