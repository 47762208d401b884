import { z } from 'zod';
import { call } from '../http/endpoint.ts';
import { accessControlledDoor, doorAnswer, exampleDoorAnswer } from './door-answer.ts';

export const getDoorsForOrg = call({
  path: '/api/accesscontrol/door/getDoorsForOrg',
  room: 'Doors',
  summary: 'Lists all doors by name.',
  description: 'findAccessControlledDoors lists them a page at a time.',
  methods: ['GET', 'POST'],
  allows: ['admin', 'issuer', 'reader'],
  body: z.object({}),
  result: z.strictObject({ accessControlledDoors: z.array(accessControlledDoor), lastEvaluatedKey: z.null().describe('All doors are in one answer.') }),
  examples: [{ title: 'All', body: {}, answer: { accessControlledDoors: [exampleDoorAnswer], lastEvaluatedKey: null } }],
  async answer(_, { backend }) {
    return { accessControlledDoors: backend.doors.all().map(doorAnswer), lastEvaluatedKey: null };
  },
});
