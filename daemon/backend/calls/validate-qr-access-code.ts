import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { exampleCode, exampleDoor } from '../http/example-site.ts';
import { anyUuid } from '../http/fields.ts';
import { mustServe, servingRefusals } from '../keys/door-binding.ts';

/** A door asks whether a code may come in. Asked again with the same nonce it answers the same and counts nothing. */
export const validateQRAccessCode = call({
  path: '/api/accesscontrol/qr/validateQRAccessCode',
  room: 'Doors',
  summary: 'Answers a door whether a code may come in.',
  description: 'Asked again with the same nonce it answers the same and counts nothing.',
  methods: ['POST'],
  allows: ['door', 'admin'],
  refusals: [
    ...servingRefusals,
    { status: 409, code: 'nonce-reused', when: 'The nonce was used for another door or code.' },
    { status: 503, code: 'storage', when: 'The answer cannot be put on disk; nothing was counted.' },
  ],
  body: z.strictObject({
    nonce: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be 16 to 64 letters, digits, - and _').describe('The door\'s own name for the attempt.'),
    doorUuid: anyUuid,
    code: z.string().min(1).max(8_192),
    tokenId: z.string().max(64).optional().describe('The door\'s reading of the code; the code itself decides.'),
    timestampMs: z.int().min(0).describe('When the code was seen, by the door\'s clock.'),
  }),
  result: z.strictObject({
    nonce: z.string(),
    verdict: z.enum(['granted', 'denied']),
    reason: z.string().optional().describe('Of a denial.'),
    extended: z.boolean().optional().describe('Release for the extended time.'),
    hours: z.string().optional().describe('The schedule the code is bound to. The door judges it: a grant here stands only within it.'),
    serverTimeMs: z.int(),
  }),
  examples: [{
    title: 'A code that was shown',
    body: { nonce: '01JNCW3Z4K8Q2V5XB7D9F0GHJM', doorUuid: exampleDoor, code: exampleCode, timestampMs: 1_772_442_000_000 },
    answer: { nonce: '01JNCW3Z4K8Q2V5XB7D9F0GHJM', verdict: 'granted', extended: false, serverTimeMs: 1_772_442_000_120 },
  }],
  async answer(body, { backend, caller }) {
    const door = backend.doors.named(body.doorUuid).uuid;
    mustServe(caller, door);
    return backend.validation.answer({ nonce: body.nonce, door, code: body.code, seenAtMs: body.timestampMs });
  },
});
