import { z } from 'zod';
import type { CodePlace, ListedCode } from '../codes/code-listing.ts';
import { call } from '../http/endpoint.ts';
import { exampleDoor, exampleToken } from '../http/example-site.ts';
import { anyUuid, codeStatus, lastEvaluatedKey, ruuid } from '../http/fields.ts';
import { PageKey, pageFields, pageKeyRefusal, pageSize } from '../http/paging.ts';
import { doorRefusals } from '../doors.ts';

const LARGEST_PAGE = 1_000;
/** Asked without a page size, as clients that know no paging ask: all, if they are not more than this. */
const MOST_WITHOUT_PAGES = 10_000;

export const codesPageKey = new PageKey('codes', z.tuple([z.int().min(0), ruuid]));

const qrAccessCode = z.strictObject({
  accesTokenUuid: ruuid.describe('The published field, with one s.'),
  accessTokenUuid: ruuid.describe('The same, for whoever cannot believe it.'),
  auditPrincipal: z.string().nullable(),
  doorUuid: ruuid.describe('The door the code was issued for; of several, the first.'),
  expirationTimeSec: z.int().describe('Seconds since 1970.'),
  status: codeStatus,
  maxUses: z.int().nullable().describe('Null for a code without a limit.'),
  usesCounted: z.int().describe('Uses counted so far, at all doors together.'),
}).meta({ id: 'QrAccessCode' });

export const getQRAccessCodes = call({
  path: '/api/accesscontrol/qr/getQRAccessCodes',
  room: 'Codes',
  summary: 'Lists codes, those that end first at the beginning.',
  description: `Codes that have expired are left out unless asked for. With maxPageSize an answer has at most ${LARGEST_PAGE} codes; without it ` +
    `all of them, if they are not more than ${MOST_WITHOUT_PAGES}. Where more follow, lastEvaluatedKey is not null and, without maxPageSize, warningMsg says so.`,
  methods: ['POST'],
  allows: ['admin', 'issuer', 'reader'],
  body: z.object({
    ...pageFields,
    doorUuid: anyUuid.optional().describe('Only codes that are for this door.'),
    status: codeStatus.optional().describe('Only codes with this status.'),
    auditPrincipal: z.string().min(1).max(200).optional().describe('Only codes issued on behalf of exactly this principal.'),
    includeExpired: z.boolean().optional().describe('Codes that have expired, too.'),
  }),
  result: z.strictObject({ qrAccessCodes: z.array(qrAccessCode), lastEvaluatedKey, warningMsg: z.string().optional() }),
  refusals: [pageKeyRefusal, ...doorRefusals],
  examples: [
    {
      title: 'All',
      body: {},
      answer: {
        qrAccessCodes: [{
          accesTokenUuid: exampleToken, accessTokenUuid: exampleToken, auditPrincipal: 'ada@example.org', doorUuid: exampleDoor, expirationTimeSec: 1_775_034_000,
          status: 'active', maxUses: null, usesCounted: 0,
        }],
        lastEvaluatedKey: null,
      },
    },
    { title: 'What was revoked at one door', body: { doorUuid: exampleDoor, status: 'revoked', includeExpired: true, maxPageSize: 100 } },
  ],
  async answer({ maxPageSize, lastEvaluatedKey: key, ...asked }, { backend }) {
    const size = maxPageSize === undefined ? MOST_WITHOUT_PAGES : pageSize(maxPageSize, LARGEST_PAGE);
    const { codes, next } = await backend.codeListing.page({
      door: asked.doorUuid === undefined ? undefined : backend.doors.named(asked.doorUuid).uuid,
      status: asked.status,
      principal: asked.auditPrincipal,
      includeExpired: asked.includeExpired ?? false,
    }, size, placeOf(codesPageKey.read(key)));
    return {
      qrAccessCodes: codes.map(answered),
      lastEvaluatedKey: next ? codesPageKey.write([next.expiresAtS, next.id]) : null,
      ...(next && maxPageSize === undefined && { warningMsg: 'These are not all codes. Ask again with this lastEvaluatedKey for the next ones.' }),
    };
  },
});

function placeOf(place: [number, string] | undefined): CodePlace | undefined {
  return place && { expiresAtS: place[0], id: place[1] };
}

function answered(code: ListedCode): z.input<typeof qrAccessCode> {
  return {
    accesTokenUuid: code.id,
    accessTokenUuid: code.id,
    auditPrincipal: code.principal,
    doorUuid: code.door,
    expirationTimeSec: code.expiresAtS,
    status: code.status,
    maxUses: code.uses,
    usesCounted: code.spent,
  };
}
