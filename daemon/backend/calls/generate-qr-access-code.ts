import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { auditPrincipal, ruuid } from '../http/fields.ts';
import { codePicture } from '../codes/code-picture.ts';

/** Issues a code. `qrCode` is a PNG in base64. */
export const generateQRAccessCode = call({
  path: '/api/accesscontrol/qr/generateQRAccessCode',
  summary: 'Issues a code.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  body: z.strictObject({
    accessControlledDoorUuid: z.string(),
    /** From `notBefore`, or from now. */
    validDurationSec: z.int(),
    auditPrincipal,
    notBefore: z.iso.datetime({ offset: true }).optional(),
    maxUses: z.int().min(1).max(65_535).optional(),
    reentryGraceSec: z.int().min(1).max(300).optional(),
    hours: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'must be the name of a schedule of the door').optional(),
    extended: z.boolean().optional(),
    rotating: z.boolean().optional(),
  }),
  result: z.strictObject({
    accessTokenUuid: ruuid,
    qrCode: z.base64().describe('A PNG.'),
    expiresAt: z.iso.datetime(),
    doorUuid: ruuid,
  }),
  async answer(body, context) {
    const { tokens } = context.backend;
    const issued = tokens.issue({
      doors: [body.accessControlledDoorUuid],
      validS: body.validDurationSec,
      notBeforeMs: body.notBefore === undefined ? undefined : Date.parse(body.notBefore),
      uses: body.maxUses,
      reentryGraceS: body.reentryGraceSec,
      hours: body.hours,
      extended: body.extended,
      rotating: body.rotating,
    }, actorOf(context, body.auditPrincipal));
    return {
      accessTokenUuid: issued.tokenId,
      qrCode: Buffer.from(await codePicture(issued.text)).toString('base64'),
      expiresAt: new Date(issued.claims.expiresAtS * 1000).toISOString(),
      doorUuid: ruuidOf(issued.claims.doors[0] as Uint8Array),
    };
  },
});
