import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { exampleDoor, exampleToken } from '../http/example-site.ts';
import { anyUuid, auditPrincipal, ruuid } from '../http/fields.ts';
import { doorRefusals } from '../doors.ts';
import { codePicture } from '../codes/code-picture.ts';

/** Issues a code. `qrCode` is a PNG in base64. */
export const generateQRAccessCode = call({
  path: '/api/accesscontrol/qr/generateQRAccessCode',
  room: 'Codes',
  summary: 'Issues a code.',
  description: 'The answer has the code as a PNG. Whoever has the picture comes in: it is told this once and kept nowhere.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  body: z.strictObject({
    accessControlledDoorUuid: anyUuid,
    validDurationSec: z.int().describe('From notBefore, or from now: 60 to as long as a code may be valid.'),
    auditPrincipal,
    notBefore: z.iso.datetime({ offset: true }).optional().describe('When it begins to be valid; left out: at once.'),
    maxUses: z.int().min(1).max(65_535).optional().describe('How often it opens; left out: as often as wanted.'),
    reentryGraceSec: z.int().min(1).max(300).optional().describe('So long after a use the same door counts no other.'),
    hours: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'must be the name of a schedule of the door').optional().describe('Opens only in the hours of this schedule of the door.'),
    extended: z.boolean().optional().describe('The door stays open for longer, for people who need it.'),
    rotating: z.boolean().optional().describe('The code changes every 15 seconds; the picture alone does not open.'),
  }),
  result: z.strictObject({
    accessTokenUuid: ruuid,
    qrCode: z.base64().describe('A PNG.'),
    expiresAt: z.iso.datetime(),
    doorUuid: ruuid,
  }),
  refusals: [
    ...doorRefusals,
    { status: 400, code: 'duration-bad', when: 'validDurationSec is not between 60 s and the longest a code may be valid.' },
    { status: 400, code: 'begin-bad', when: 'notBefore is in the past, or so late that the code would expire too long after it is issued.' },
    { status: 400, code: 'grace-bad', when: 'reentryGraceSec is there without maxUses.' },
    { status: 409, code: 'door-without-qr', when: 'The door does not read QR codes.' },
  ],
  examples: [
    {
      title: 'For an hour',
      body: { accessControlledDoorUuid: exampleDoor, validDurationSec: 3_600, auditPrincipal: 'ada@example.org' },
      answer: { accessTokenUuid: exampleToken, qrCode: 'iVBORw0KGgo=', expiresAt: '2026-03-02T10:00:00.000Z', doorUuid: exampleDoor },
    },
    { title: 'For one entry', body: { accessControlledDoorUuid: exampleDoor, validDurationSec: 86_400, maxUses: 1, reentryGraceSec: 30 } },
  ],
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
