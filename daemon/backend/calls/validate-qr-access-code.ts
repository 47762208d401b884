import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { mustServe } from '../keys/door-binding.ts';

/** A door asks whether a code may come in. Asked again with the same nonce it answers the same and counts nothing. */
export const validateQRAccessCode = call({
  path: '/api/accesscontrol/qr/validateQRAccessCode',
  summary: 'Answers a door whether a code may come in.',
  methods: ['POST'],
  allows: ['door', 'admin'],
  refusals: [
    { status: 400, code: 'door-uuid-bad', when: 'The door is named by neither an RUUID nor a UUID.' },
    { status: 404, code: 'door-unknown', when: 'There is no such door.' },
    { status: 409, code: 'nonce-reused', when: 'The nonce was used for another door or code.' },
    { status: 503, code: 'storage', when: 'The answer cannot be put on disk; nothing was counted.' },
  ],
  body: z.strictObject({
    nonce: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be 16 to 64 letters, digits, - and _'),
    doorUuid: z.string(),
    code: z.string().min(1).max(8_192),
    /** The door's reading of the code; the code itself decides. */
    tokenId: z.string().max(64).nullish(),
    timestampMs: z.int().min(0),
  }),
  result: z.strictObject({
    nonce: z.string(),
    verdict: z.enum(['granted', 'denied']),
    reason: z.string().optional(),
    extended: z.boolean().optional(),
    hours: z.string().optional().describe('The schedule the code is bound to. The door judges it: a grant here stands only within it.'),
    serverTimeMs: z.int(),
  }),
  async answer(body, { backend, caller }) {
    const door = backend.doors.named(body.doorUuid).uuid;
    mustServe(caller, door);
    return backend.commits.run(() => backend.validation.answer({ nonce: body.nonce, door, code: body.code, seenAtMs: body.timestampMs }));
  },
});
