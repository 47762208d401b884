import { z } from 'zod';
import { whole } from '../fields.ts';

export const alarms = z.strictObject({
  denialsInARow: z.strictObject({
    count: whole(2, 100).default(6).describe('So many denials, no grant between them, raise the alarm.'),
    windowS: whole(10, 86_400).default(120).describe('The time within which they come.'),
  }).prefault({}).describe('Somebody tries codes.'),
  diskFreeMb: whole(65, 1_000_000).default(200).describe('Less free space than this where stateDir is raises the alarm disk-filling. Pictures leave 64 MB to events.'),
});
