import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { exampleToken } from '../http/example-site.ts';
import { linkSecret, passAnswer, passFields, passRefusals } from '../passes/pass-fields.ts';

/** What a pass's page shows before it is taken, and what it asks now and then afterwards. Nothing in it opens a door. */
export const lookAtWebPass = call({
  path: '/api/postern/passes/{pass}/look',
  room: 'Passes',
  name: 'lookAtWebPass',
  summary: 'Tells a pass\'s page which door it is for, until when, and whether it was revoked.',
  methods: ['POST'],
  allows: 'anyone',
  examples: [{ title: 'A pass that is not there', params: { pass: exampleToken }, body: { secret: 'A'.repeat(43) }, status: 404 }],
  refusals: passRefusals,
  body: z.strictObject({
    secret: linkSecret,
    device: z.string().regex(/^[A-Za-z0-9_-]{43}$/).optional().describe('SHA-256 of the public key that the pass was taken with, base64url.'),
  }),
  result: z.strictObject(passFields),
  async answer({ secret, device }, { backend, params, address }) {
    const facts = backend.passes.look({ passId: params.pass ?? '', secret, address }, device === undefined ? undefined : Buffer.from(device, 'base64url'));
    return passAnswer(facts, backend.clock.wallMs());
  },
});
