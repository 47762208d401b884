import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { auditPrincipal, ruuid } from '../http/fields.ts';
import { tokenIdBytes } from '../codes/token-id.ts';

/** Takes a code out of use until it is resumed. An online door refuses it at once, an offline one after its next list. */
export const suspendQRAccessCode = call({
  path: '/api/accesscontrol/qr/suspendQRAccessCode',
  summary: 'Takes a code out of use until it is resumed.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  refusals: [
    { status: 400, code: 'token-id-bad', when: 'The id is none.' },
    { status: 404, code: 'token-unknown', when: 'There is no such code.' },
    { status: 409, code: 'token-revoked', when: 'The code was revoked, which is for good.' },
  ],
  body: z.strictObject({ accessTokenUuid: z.string(), auditPrincipal }),
  result: z.strictObject({ accessTokenUuid: ruuid, status: z.literal('suspended'), changed: z.boolean().describe('False when it was suspended already.') }),
  async answer(body, context) {
    const { commits, tokens } = context.backend;
    const id = tokenIdBytes(body.accessTokenUuid);
    const changed = await commits.run(() => tokens.suspend(id, actorOf(context, body.auditPrincipal)));
    return { accessTokenUuid: ruuidOf(id), status: 'suspended' as const, changed };
  },
});
