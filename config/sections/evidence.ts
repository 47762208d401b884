import { z } from 'zod';
import { whole } from '../fields.ts';

export const evidence = z.strictObject({
  keep: z.enum(['off', 'denied', 'all']).default('all').describe('Of which attempts pictures are kept. Codes in them are made unreadable first.'),
  maxAgeH: whole(1, 8_760).default(72).describe('Pictures older than this are deleted.'),
  maxMb: whole(10, 1_000_000).default(1_000).describe('The oldest pictures are deleted above this.'),
});
