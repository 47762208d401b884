import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { exampleToken } from '../http/example-site.ts';
import { anyUuid, auditPrincipal, ruuid } from '../http/fields.ts';
import { tokenIdBytes, tokenRefusals } from '../codes/token-id.ts';

/** Revokes a code for good. An online door refuses it at once, an offline one after its next list. Revoking again changes nothing. */
export const revokeQRAccessCode = call({
  path: '/api/accesscontrol/qr/revokeQRAccessCode',
  room: 'Codes',
  summary: 'Revokes a code for good.',
  description: 'An online door refuses it at once, an offline one after its next list. Revoking it again changes nothing.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  body: z.strictObject({ accessTokenUuid: anyUuid, auditPrincipal }),
  result: z.strictObject({ accessTokenUuid: ruuid, status: z.literal('revoked'), changed: z.boolean().describe('False when it was revoked already.') }),
  refusals: tokenRefusals,
  examples: [{ title: 'A code', body: { accessTokenUuid: exampleToken }, answer: { accessTokenUuid: exampleToken, status: 'revoked', changed: true } }],
  async answer(body, context) {
    const { commits, tokens } = context.backend;
    const id = tokenIdBytes(body.accessTokenUuid);
    const changed = await commits.run(() => tokens.revoke(id, actorOf(context, body.auditPrincipal)));
    return { accessTokenUuid: ruuidOf(id), status: 'revoked' as const, changed };
  },
});
