import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import { anyUuid } from '../http/fields.ts';
import { mustServe, servingRefusals } from '../keys/door-binding.ts';

/** A door asks whether it may carry an order out. Yes is said once, and only while somebody waits for the order. */
export const claimOrder = call({
  path: '/api/postern/door/claimOrder',
  room: 'Doors',
  summary: 'Tells a door whether it may carry an order out: once, and only while its caller waits.',
  methods: ['POST'],
  allows: ['door'],
  body: z.strictObject({
    doorUuid: anyUuid,
    orderId: z.string().max(64),
    nonce: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be 16 to 64 letters, digits, - and _')
      .describe('Comes back in the answer, so that an old answer is not taken for this one.'),
  }),
  result: z.strictObject({ claimed: z.boolean(), nonce: z.string() }),
  refusals: servingRefusals,
  examples: [{
    title: 'May it be carried out?',
    body: { doorUuid: exampleDoor, orderId: 'Zk4tWc0nQ9eRxB7LhT2yXg', nonce: 'c2RmZ2hqa2xxd2VydHl1aQ' },
    answer: { claimed: true, nonce: 'c2RmZ2hqa2xxd2VydHl1aQ' },
  }],
  async answer({ doorUuid, orderId, nonce }, { backend, caller }) {
    const door = backend.doors.named(doorUuid).uuid;
    mustServe(caller, door);
    return { claimed: backend.orders.claim(door, orderId), nonce };
  },
});
