import { z } from 'zod';
import { call } from '../http/endpoint.ts';

export const health = call({
  path: '/api/postern/health',
  room: 'Service',
  summary: 'Tells that the backend runs.',
  methods: ['GET'],
  allows: 'anyone',
  body: z.object({}),
  result: z.strictObject({ status: z.literal('ok') }),
  examples: [{ title: 'At any time', answer: { status: 'ok' } }],
  async answer() {
    return { status: 'ok' as const };
  },
});
