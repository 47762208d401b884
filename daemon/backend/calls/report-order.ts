import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { mustServe } from '../keys/door-binding.ts';
import { orderOutcomes } from '../orders/unlock-answer.ts';

/** A door tells what came of an order it claimed. */
export const reportOrder = call({
  path: '/api/postern/door/reportOrder',
  summary: 'Takes from a door what came of an order.',
  methods: ['POST'],
  allows: ['door'],
  body: z.strictObject({ doorUuid: z.string(), orderId: z.string().max(64), outcome: z.enum(orderOutcomes) }),
  result: z.strictObject({ accepted: z.boolean().describe('False when nobody waits for it any more.') }),
  async answer({ doorUuid, orderId, outcome }, { backend, caller }) {
    const door = backend.doors.named(doorUuid).uuid;
    mustServe(caller, door);
    return { accepted: backend.orders.report(door, orderId, outcome) };
  },
});
