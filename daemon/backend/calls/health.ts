import { z } from 'zod';
import { call } from '../http/endpoint.ts';

export const health = call({
  path: '/api/postern/health',
  summary: 'Tells that the backend runs.',
  methods: ['GET'],
  allows: 'anyone',
  body: z.strictObject({}),
  result: z.strictObject({ status: z.literal('ok') }),
  async answer() {
    return { status: 'ok' as const };
  },
});
