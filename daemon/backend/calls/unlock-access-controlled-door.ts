import { z } from 'zod';
import { actorOf, call } from '../http/endpoint.ts';
import { auditPrincipal } from '../http/fields.ts';
import { unlockErrorTypes } from '../orders/unlock-answer.ts';

/**
 * Has a door release its lock for its unlock time. What the door made of it is an answer with status 200, as the published
 * API has it; a status of 4xx means that no door was asked.
 */
export const unlockAccessControlledDoor = call({
  path: '/api/accesscontrol/unlockAccessControlledDoor',
  summary: 'Releases a door for its unlock time, now or not at all.',
  methods: ['POST'],
  allows: ['admin'],
  refusals: [{ status: 429, code: 'unlocks-full', when: 'Too many callers wait for this door, or for all doors together.' }],
  body: z.strictObject({ accessControlledDoorUuid: z.string(), auditPrincipal }),
  result: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('SUCCESS') }),
    z.strictObject({
      type: z.literal('ERROR'),
      errorType: z.enum(unlockErrorTypes).describe('After any but TIMEOUT the door was not released, and will not be by this call.'),
      errorMsg: z.string().describe('What happened, and what to do.'),
    }),
  ]),
  async answer(body, context) {
    const { doors, orders } = context.backend;
    const door = doors.named(body.accessControlledDoorUuid).uuid;
    return orders.unlock(door, actorOf(context, body.auditPrincipal ?? undefined), context.hungUp);
  },
});
