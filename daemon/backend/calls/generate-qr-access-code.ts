import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { exampleDoor, exampleToken } from '../http/example-site.ts';
import { auditPrincipal, ruuid } from '../http/fields.ts';
import { doorRefusals } from '../doors.ts';
import type { IssueRequest } from '../codes/issue-request.ts';

/** One line of a name or address. */
const line = (most: number): z.ZodString => z.string().min(1).max(most).regex(/^\P{Cc}*$/u, 'must not contain control characters');

const body = z.strictObject({
  accessControlledDoorUuid: z.string().optional().describe('The door, by its RUUID or UUID.'),
  accessControlledDoorUuids: z.array(z.string()).min(1).max(8).optional().describe('Several doors, in place of the one; the first counts the uses of a code with maxUses.'),
  validDurationSec: z.int('must be a whole number of seconds: a code always has an end').describe('From notBefore, or from now.'),
  auditPrincipal,
  notBefore: z.iso.datetime({ offset: true }).optional().describe('When it begins; absent: at once.'),
  maxUses: z.int().min(1).max(65_535).optional().describe('How often it opens; absent: as often as one likes.'),
  reentryGraceSec: z.int().min(1).max(300).optional().describe('With maxUses: coming back to the same door within this time counts once.'),
  hours: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'must be the name of a schedule of the door').optional().describe('Only within this schedule, which the door has and judges.'),
  extended: z.boolean().optional().describe('Releases the door for its extended time.'),
  rotating: z.boolean().optional().describe('The code shown must change every 15 s: for a live pass, not for a picture.'),
  holder: z.strictObject({
    name: line(200).optional(),
    email: line(320).regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address').optional(),
  }).optional().describe('Who the code is for: kept with it in the backend, never in a code, a list or a log.'),
  requestId: z.string().regex(/^[A-Za-z0-9._-]{16,64}$/, 'must be 16 to 64 letters, digits, ., - and _').optional()
    .describe('Asked again with the same requestId and the same rest, the same code is answered and none issued, for as long as that code lives.'),
  includeText: z.boolean().optional().describe('Answers what the QR code holds, too: for a pass that draws it by itself.'),
}).refine((request) => (request.accessControlledDoorUuid === undefined) !== (request.accessControlledDoorUuids === undefined),
  'name the door in accessControlledDoorUuid, or several in accessControlledDoorUuids');

/** Issues a code. `qrCode` is a PNG in base64. */
export const generateQRAccessCode = call({
  path: '/api/accesscontrol/qr/generateQRAccessCode',
  room: 'Codes',
  summary: 'Issues a code.',
  description: 'The answer has the code as a PNG. Whoever has the picture comes in: it is told this once and kept nowhere.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  refusals: [
    ...doorRefusals,
    { status: 400, code: 'duration-bad', when: 'validDurationSec is under a minute or longer than doors take.' },
    { status: 400, code: 'begin-bad', when: 'notBefore is past, or so late that the code would outlive what doors take.' },
    { status: 400, code: 'grace-bad', when: 'reentryGraceSec is sent without maxUses.' },
    { status: 400, code: 'door-twice', when: 'A door is named twice.' },
    { status: 409, code: 'door-without-qr', when: 'The door does not read QR codes.' },
    { status: 409, code: 'request-id-reused', when: 'The requestId was used for another request.' },
    { status: 409, code: 'token-revoked', when: 'The code of this requestId was revoked.' },
    { status: 503, code: 'busy', when: 'As many codes are being made as may be; Retry-After says when to try again.' },
  ],
  examples: [
    {
      title: 'For an hour',
      body: { accessControlledDoorUuid: exampleDoor, validDurationSec: 3_600, auditPrincipal: 'ada@example.org' },
      answer: { accessTokenUuid: exampleToken, qrCode: 'iVBORw0KGgo=', expiresAt: '2026-03-02T10:00:00.000Z', doorUuid: exampleDoor },
    },
    { title: 'For one entry', body: { accessControlledDoorUuid: exampleDoor, validDurationSec: 86_400, maxUses: 1, reentryGraceSec: 30 } },
  ],
  body,
  result: z.strictObject({
    accessTokenUuid: ruuid,
    qrCode: z.base64().describe('A PNG.'),
    expiresAt: z.iso.datetime(),
    doorUuid: ruuid,
    code: z.string().optional().describe('What the QR code holds, if includeText was asked for. Whoever has it comes in.'),
  }),
  async answer(request, context) {
    const issued = await context.backend.issuer.issue(issueRequestOf(request), actorOf(context, request.auditPrincipal));
    return {
      accessTokenUuid: issued.tokenId,
      qrCode: Buffer.from(issued.png).toString('base64'),
      expiresAt: new Date(issued.claims.expiresAtS * 1000).toISOString(),
      doorUuid: ruuidOf(issued.claims.doors[0] as Uint8Array),
      ...(request.includeText && { code: issued.text }),
    };
  },
});

function issueRequestOf(request: z.output<typeof body>): IssueRequest {
  return {
    doors: request.accessControlledDoorUuids ?? [request.accessControlledDoorUuid as string],
    validS: request.validDurationSec,
    notBeforeMs: request.notBefore === undefined ? undefined : Date.parse(request.notBefore),
    uses: request.maxUses,
    reentryGraceS: request.reentryGraceSec,
    hours: request.hours,
    extended: request.extended,
    rotating: request.rotating,
    holder: request.holder,
    requestId: request.requestId,
  };
}
