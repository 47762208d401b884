import { z } from 'zod';
import { tokenIdBytes, tokenRefusals } from '../codes/token-id.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { exampleToken } from '../http/example-site.ts';
import { anyUuid, auditPrincipal, ruuid } from '../http/fields.ts';

export const createWebPass = call({
  path: '/api/accesscontrol/qr/createWebPass',
  room: 'Passes',
  summary: 'Makes a link under which a visitor puts a code on their phone. A link that was made for it before and not taken ends.',
  methods: ['POST'],
  allows: ['admin', 'issuer'],
  examples: [{ title: 'For a code', body: { accessTokenUuid: exampleToken } }],
  refusals: [
    ...tokenRefusals,
    { status: 409, code: 'token-ended', when: 'The code is revoked or has expired.' },
    { status: 409, code: 'no-public-url', when: 'The backend listens on every address and its config has no publicUrl.' },
    { status: 409, code: 'pass-taken', when: 'The code is a rotating one and on a phone already.' },
  ],
  body: z.strictObject({ accessTokenUuid: anyUuid, auditPrincipal }),
  result: z.strictObject({
    accessTokenUuid: ruuid,
    passUuid: ruuid,
    passUrl: z.string().describe('To be sent to the visitor alone; what follows the # is a secret and cannot be told again.'),
    rotating: z.boolean().describe('True: it goes to one phone, and its link has then ended. False: it may be opened again until it expires.'),
    expiresAt: z.iso.datetime(),
  }),
  async answer(body, context) {
    const { passes, commits } = context.backend;
    const id = tokenIdBytes(body.accessTokenUuid);
    const made = await commits.run(() => passes.create(id, actorOf(context, body.auditPrincipal)));
    return {
      accessTokenUuid: Buffer.from(id).toString('base64url'), passUuid: made.passId, passUrl: made.passUrl, rotating: made.rotating,
      expiresAt: new Date(made.expiresAtS * 1000).toISOString(),
    };
  },
});
