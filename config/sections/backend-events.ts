import { z } from 'zod';
import { whole } from '../fields.ts';

export const backendEvents = z.strictObject({
  maxAgeDays: whole(1, 3_650).default(365).describe('Events are deleted so long after they arrived.'),
  maxMb: whole(16, 1_000_000).default(2_000).describe('Those that arrived first are deleted above this.'),
  evidenceMaxAgeH: whole(1, 8_760).default(72).describe('Pictures are deleted so long after they arrived.'),
  evidenceMaxMb: whole(10, 1_000_000).default(5_000).describe('Pictures that arrived first are deleted above this.'),
});
