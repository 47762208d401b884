import { z } from 'zod';
import { about, whole } from '../fields.ts';

export const events = z.strictObject({
  maxAgeDays: whole(1, 3_650).default(365).describe('Events older than this are pruned from the log.'),
  maxMb: whole(16, 100_000).default(200).describe('The oldest events are pruned above this.'),
  reservedMb: whole(1, 1_000).default(8).describe('Disk space kept free for events, which pictures can never take.'),
})
  .refine((it) => it.reservedMb < it.maxMb, about(['reservedMb', 'maxMb'], 'must be less than maxMb'));
