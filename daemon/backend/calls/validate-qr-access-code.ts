import { z } from 'zod';
import { call } from '../call.ts';

/** A door asks whether a code may come in. Asked again with the same nonce it answers the same and counts nothing. */
export const validateQRAccessCode = call({
  path: '/api/accesscontrol/qr/validateQRAccessCode',
  methods: ['POST'],
  role: 'door',
  body: z.strictObject({
    nonce: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be 16 to 64 letters, digits, - and _'),
    doorUuid: z.string(),
    code: z.string().min(1).max(8_192),
    /** The door's reading of the code; the code itself decides. */
    tokenId: z.string().max(64).optional(),
    timestampMs: z.int().min(0),
  }),
  async answer(body, { backend }) {
    const door = backend.doors.named(body.doorUuid).uuid;
    return backend.validation.answer({ nonce: body.nonce, door, code: body.code, seenAtMs: body.timestampMs });
  },
});
