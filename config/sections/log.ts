import { z } from 'zod';

export const log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least important lines that are written.'),
  format: z.enum(['auto', 'human', 'json']).default('auto').describe('auto: for people on a terminal, JSON otherwise.'),
});
