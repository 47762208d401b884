import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import { anyUuid } from '../http/fields.ts';
import { mustServe, servingRefusals } from '../keys/door-binding.ts';
import { orderOutcomes } from '../orders/unlock-answer.ts';

/** A door tells what came of an order it claimed. */
export const reportOrder = call({
  path: '/api/postern/door/reportOrder',
  room: 'Doors',
  summary: 'Takes from a door what came of an order.',
  methods: ['POST'],
  allows: ['door'],
  body: z.strictObject({ doorUuid: anyUuid, orderId: z.string().max(64), outcome: z.enum(orderOutcomes) }),
  result: z.strictObject({ accepted: z.boolean().describe('False when nobody waits for it any more.') }),
  refusals: servingRefusals,
  examples: [{ title: 'It was carried out', body: { doorUuid: exampleDoor, orderId: 'Zk4tWc0nQ9eRxB7LhT2yXg', outcome: 'released' }, answer: { accepted: true } }],
  async answer({ doorUuid, orderId, outcome }, { backend, caller }) {
    const door = backend.doors.named(doorUuid).uuid;
    mustServe(caller, door);
    return { accepted: backend.orders.report(door, orderId, outcome) };
  },
});
