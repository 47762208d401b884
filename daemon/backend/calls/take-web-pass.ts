import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { exampleToken } from '../http/example-site.ts';
import { linkSecret, passAnswer, passFields, passRefusals } from '../passes/pass-fields.ts';

/** The visitor's tap. A rotating pass goes to one device, once; opening its page alone delivers nothing. */
export const takeWebPass = call({
  path: '/api/postern/passes/{pass}/take',
  room: 'Passes',
  name: 'takeWebPass',
  summary: 'Puts a pass on a device.',
  methods: ['POST'],
  allows: 'anyone',
  examples: [{ title: 'A pass that is not there', params: { pass: exampleToken }, body: { secret: 'A'.repeat(43) }, status: 404 }],
  refusals: [
    ...passRefusals,
    { status: 410, code: 'pass-expired', when: 'It has expired.' },
    { status: 410, code: 'pass-revoked', when: 'It was revoked.' },
    { status: 400, code: 'device-key-bad', when: 'It is a rotating pass and publicKey is missing or no RSA key.' },
  ],
  body: z.strictObject({
    secret: linkSecret,
    publicKey: z.string().max(1_024).regex(/^[A-Za-z0-9_-]+$/).optional().describe('Of the device, RSA, as SPKI in base64url; a rotating pass needs it.'),
  }),
  result: z.strictObject({
    ...passFields,
    code: z.string().describe('The text of the code; of a rotating pass without its changing digits.'),
    wrappedKey: z.base64url().nullable().describe('The HMAC key of the changing digits (RFC 6238, SHA-256, 15 s, 8 digits), RSA-OAEP with SHA-256 for publicKey; null when the code does not change.'),
  }),
  async answer({ secret, publicKey }, { backend, params, address }) {
    const taken = await backend.commits.run(() => backend.passes.take({ passId: params.pass ?? '', secret, address }, publicKey));
    return {
      ...passAnswer(taken, backend.clock.wallMs()),
      code: taken.text,
      wrappedKey: taken.wrappedKey === undefined ? null : Buffer.from(taken.wrappedKey).toString('base64url'),
    };
  },
});
