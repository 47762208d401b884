import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { exampleToken } from '../http/example-site.ts';
import { anyUuid, auditPrincipal, ruuid } from '../http/fields.ts';
import { tokenIdBytes, tokenRefusals } from '../codes/token-id.ts';

/** Takes a suspended code back into use. */
export const resumeQRAccessCode = call({
  path: '/api/accesscontrol/qr/resumeQRAccessCode',
  room: 'Codes',
  summary: 'Takes a suspended code back into use.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  refusals: [...tokenRefusals, { status: 409, code: 'token-revoked', when: 'The code was revoked, which is for good.' }],
  examples: [{ title: 'A code', body: { accessTokenUuid: exampleToken }, answer: { accessTokenUuid: exampleToken, status: 'active', changed: true } }],
  body: z.strictObject({ accessTokenUuid: anyUuid, auditPrincipal }),
  result: z.strictObject({ accessTokenUuid: ruuid, status: z.literal('active'), changed: z.boolean().describe('False when it was in use already.') }),
  async answer(body, context) {
    const { commits, tokens } = context.backend;
    const id = tokenIdBytes(body.accessTokenUuid);
    const changed = await commits.run(() => tokens.resume(id, actorOf(context, body.auditPrincipal)));
    return { accessTokenUuid: ruuidOf(id), status: 'active' as const, changed };
  },
});
