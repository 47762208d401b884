import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { call } from '../call.ts';
import { tokenIdBytes } from '../token-id.ts';

/** Lists codes that have not expired, a page at a time. */
export const getQRAccessCodes = call({
  path: '/api/accesscontrol/qr/getQRAccessCodes',
  methods: ['POST'],
  role: 'admin',
  body: z.strictObject({
    maxPageSize: z.int().min(1).max(1_000).default(1_000),
    lastEvaluatedKey: z.string().nullish(),
  }),
  async answer({ maxPageSize, lastEvaluatedKey }, { backend }) {
    const page = backend.tokens.page(maxPageSize, lastEvaluatedKey ? tokenIdBytes(lastEvaluatedKey) : undefined);
    const qrAccessCodes = page.map((token) => ({
      // The one-s spelling is the published field; the other is for whoever cannot believe it.
      accesTokenUuid: ruuidOf(token.id),
      accessTokenUuid: ruuidOf(token.id),
      auditPrincipal: token.principal,
      doorUuid: ruuidOf(token.door),
      expirationTimeSec: token.expiresAtS,
      status: token.status,
    }));
    const isLast = page.length < maxPageSize;
    return { qrAccessCodes, lastEvaluatedKey: isLast ? null : qrAccessCodes.at(-1)?.accessTokenUuid };
  },
});
