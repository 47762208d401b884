import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, auditPrincipal, call } from '../call.ts';
import { tokenIdBytes } from '../token-id.ts';

/** Revokes a code for good. An online door refuses it at once, an offline one after its next list. Revoking again changes nothing. */
export const revokeQRAccessCode = call({
  path: '/api/accesscontrol/qr/revokeQRAccessCode',
  methods: ['POST'],
  role: 'admin',
  body: z.strictObject({ accessTokenUuid: z.string(), auditPrincipal }),
  async answer(body, context) {
    const id = tokenIdBytes(body.accessTokenUuid);
    const changed = context.backend.tokens.revoke(id, actorOf(context, body.auditPrincipal));
    return { accessTokenUuid: ruuidOf(id), status: 'revoked', changed };
  },
});
