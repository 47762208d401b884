import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { exampleToken } from '../http/example-site.ts';
import { anyUuid, auditPrincipal, ruuid } from '../http/fields.ts';
import { tokenIdBytes, tokenRefusals } from '../codes/token-id.ts';

/** Takes a code out of use until it is resumed. An online door refuses it at once, an offline one after its next list. */
export const suspendQRAccessCode = call({
  path: '/api/accesscontrol/qr/suspendQRAccessCode',
  room: 'Codes',
  summary: 'Takes a code out of use until it is resumed.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  refusals: [...tokenRefusals, { status: 409, code: 'token-revoked', when: 'The code was revoked, which is for good.' }],
  examples: [{ title: 'A code', body: { accessTokenUuid: exampleToken }, answer: { accessTokenUuid: exampleToken, status: 'suspended', changed: true } }],
  body: z.strictObject({ accessTokenUuid: anyUuid, auditPrincipal }),
  result: z.strictObject({ accessTokenUuid: ruuid, status: z.literal('suspended'), changed: z.boolean().describe('False when it was suspended already.') }),
  async answer(body, context) {
    const { commits, tokens } = context.backend;
    const id = tokenIdBytes(body.accessTokenUuid);
    const changed = await commits.run(() => tokens.suspend(id, actorOf(context, body.auditPrincipal)));
    return { accessTokenUuid: ruuidOf(id), status: 'suspended' as const, changed };
  },
});
