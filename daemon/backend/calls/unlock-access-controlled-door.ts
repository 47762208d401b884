import { z } from 'zod';
import { doorRefusals } from '../doors.ts';
import { actorOf, call } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import { anyUuid, auditPrincipal } from '../http/fields.ts';
import { unlockErrorTypes } from '../orders/unlock-answer.ts';

export const unlockAccessControlledDoor = call({
  path: '/api/accesscontrol/unlockAccessControlledDoor',
  room: 'Doors',
  summary: 'Releases a door for its unlock time, now or not at all.',
  description: 'What the door made of it is answered with status 200; a status of 4xx means that no door was asked. A door takes part that runs with access.remoteUnlock on. The answer takes 8 seconds at most. Who hangs up before the door has taken the order withdraws it.',
  methods: ['POST'],
  allows: ['admin'],
  refusals: [...doorRefusals, { status: 429, code: 'unlocks-full', when: 'Too many callers wait for this door, or for all doors together.' }],
  body: z.strictObject({ accessControlledDoorUuid: anyUuid, auditPrincipal }),
  result: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('SUCCESS') }),
    z.strictObject({
      type: z.literal('ERROR'),
      errorType: z.enum(unlockErrorTypes).describe('After any but TIMEOUT the door was not released, and will not be by this call.'),
      errorMsg: z.string().describe('What happened, and what to do.'),
    }),
  ]),
  examples: [
    { title: 'Unlock a door', body: { accessControlledDoorUuid: exampleDoor }, answer: { type: 'SUCCESS' } },
    {
      title: 'On whose behalf',
      body: { accessControlledDoorUuid: exampleDoor, auditPrincipal: 'ada@example.org' },
      answer: { type: 'ERROR', errorType: 'LOCKDOWN', errorMsg: 'The door is in lockdown and stays locked. End the lockdown first.' },
    },
  ],
  async answer(body, context) {
    const { doors, orders } = context.backend;
    const door = doors.named(body.accessControlledDoorUuid).uuid;
    return orders.unlock(door, actorOf(context, body.auditPrincipal), context.hungUp);
  },
});
