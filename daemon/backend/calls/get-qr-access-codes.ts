import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { call } from '../http/endpoint.ts';
import { codeStatus, lastEvaluatedKey, ruuid } from '../http/fields.ts';
import { tokenIdBytes } from '../codes/token-id.ts';

/** Lists codes that have not expired, a page at a time. */
export const getQRAccessCodes = call({
  path: '/api/accesscontrol/qr/getQRAccessCodes',
  summary: 'Lists codes that have not expired, a page at a time.',
  methods: ['POST'],
  allows: ['admin', 'issuer', 'reader'],
  body: z.strictObject({
    maxPageSize: z.int().min(1).max(1_000).default(1_000),
    lastEvaluatedKey: z.string().nullish(),
  }),
  result: z.strictObject({
    qrAccessCodes: z.array(z.strictObject({
      accesTokenUuid: ruuid, accessTokenUuid: ruuid, auditPrincipal: z.string().nullable(), doorUuid: ruuid, expirationTimeSec: z.int(), status: codeStatus,
    })),
    lastEvaluatedKey,
  }),
  async answer({ maxPageSize, lastEvaluatedKey: after }, { backend }) {
    const page = backend.tokens.page(maxPageSize, after ? tokenIdBytes(after) : undefined);
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
    return { qrAccessCodes, lastEvaluatedKey: isLast ? null : qrAccessCodes.at(-1)?.accessTokenUuid ?? null };
  },
});
