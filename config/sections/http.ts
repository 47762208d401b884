import { z } from 'zod';
import { loopbackHost, port } from '../fields.ts';

export const http = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the status page is served.'),
  host: loopbackHost('the status page has no login yet, so it is for this machine only').default('127.0.0.1').describe('Address it listens on.'),
  port: port().default(8470).describe('Port it listens on.'),
});
