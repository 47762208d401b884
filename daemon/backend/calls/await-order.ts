import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import { anyUuid, ruuid } from '../http/fields.ts';
import { mustServe, servingRefusals } from '../keys/door-binding.ts';
import { MOST_HOLD_S } from '../orders/orders.ts';

/** A door asks for orders. The answer is held back until there is one. A newer question of the same door ends an older one. */
export const awaitOrder = call({
  path: '/api/postern/door/awaitOrder',
  room: 'Doors',
  summary: 'Tells a door what it is asked to do, as soon as it is asked.',
  methods: ['POST'],
  allows: ['door'],
  description: 'For a door\'s daemon. An order is handed out until it is claimed; only a claim that is answered yes lets the door act.',
  refusals: [
    ...servingRefusals,
    { status: 503, code: 'orders-full', when: 'As many doors wait for orders as the backend has connections for.' },
    { status: 503, code: 'stopping', when: 'The backend is stopping.' },
  ],
  body: z.strictObject({
    doorUuid: anyUuid,
    holdS: z.int().min(0).max(MOST_HOLD_S).default(MOST_HOLD_S).describe('How long the answer may be held back, in seconds.'),
  }),
  result: z.strictObject({
    order: z.strictObject({ orderId: ruuid, type: z.literal('unlock'), by: z.string().describe('Name of the API key that asks for it.') }).nullable(),
    replaced: z.literal(true).optional().describe('Another question of this door took the place of this one: is the door run twice?'),
  }),
  examples: [{ title: 'Is there anything now?', body: { doorUuid: exampleDoor, holdS: 0 }, answer: { order: { orderId: 'Zk4tWc0nQ9eRxB7LhT2yXg', type: 'unlock', by: 'reception' } } }],
  async answer(body, context) {
    const { doors, orders } = context.backend;
    const door = doors.named(body.doorUuid).uuid;
    mustServe(context.caller, door);
    const heard = await orders.wait(door, body.holdS, context.hungUp);
    if (heard === 'replaced') return { order: null, replaced: true as const };
    return { order: heard === 'nothing' ? null : heard };
  },
});
