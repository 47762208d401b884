import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { auditPrincipal, ruuid } from '../http/fields.ts';
import { tokenIdBytes } from '../codes/token-id.ts';

/** Revokes a code for good. An online door refuses it at once, an offline one after its next list. Revoking again changes nothing. */
export const revokeQRAccessCode = call({
  path: '/api/accesscontrol/qr/revokeQRAccessCode',
  summary: 'Revokes a code for good.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  refusals: [
    { status: 400, code: 'token-id-bad', when: 'The id is none.' },
    { status: 404, code: 'token-unknown', when: 'There is no such code.' },
  ],
  body: z.strictObject({ accessTokenUuid: z.string(), auditPrincipal }),
  result: z.strictObject({ accessTokenUuid: ruuid, status: z.literal('revoked'), changed: z.boolean().describe('False when it was revoked already.') }),
  async answer(body, context) {
    const { commits, tokens } = context.backend;
    const id = tokenIdBytes(body.accessTokenUuid);
    const changed = await commits.run(() => tokens.revoke(id, actorOf(context, body.auditPrincipal)));
    return { accessTokenUuid: ruuidOf(id), status: 'revoked' as const, changed };
  },
});
