import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { call } from '../http/endpoint.ts';
import { lastEvaluatedKey, ruuid } from '../http/fields.ts';
import { PageKey, pageFields, pageKeyRefusal, pageSize } from '../http/paging.ts';
import { accessControlledDoor, doorAnswer, exampleDoorAnswer } from './door-answer.ts';

const LARGEST_PAGE = 1_000;
const pageKey = new PageKey('doors', ruuid);

export const findAccessControlledDoors = call({
  path: '/api/component/findAccessControlledDoors',
  room: 'Doors',
  summary: 'Lists the doors a page at a time.',
  description: 'In the order of their uuids, so that a door that is renamed on the way is told once.',
  methods: ['POST'],
  allows: ['admin', 'issuer', 'reader'],
  body: z.object(pageFields),
  result: z.strictObject({ accessControlledDoors: z.array(accessControlledDoor), lastEvaluatedKey }),
  refusals: [pageKeyRefusal],
  examples: [
    { title: 'The first page', body: { maxPageSize: 100 }, answer: { accessControlledDoors: [exampleDoorAnswer], lastEvaluatedKey: null } },
    { title: 'As a published client asks', body: { lastEvaluatedKey: null, maxPageSize: null } },
  ],
  async answer({ maxPageSize, lastEvaluatedKey: key }, { backend }) {
    const after = pageKey.read(key);
    const size = pageSize(maxPageSize, LARGEST_PAGE);
    // One more than is told shows whether another page follows.
    const doors = backend.doors.page(size + 1, after === undefined ? undefined : Buffer.from(after, 'base64url'));
    const told = doors.slice(0, size);
    const last = told.at(-1);
    return { accessControlledDoors: told.map(doorAnswer), lastEvaluatedKey: doors.length > size && last ? pageKey.write(ruuidOf(last.uuid)) : null };
  },
});
