import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { call } from '../http/endpoint.ts';
import { lastEvaluatedKey, ruuid } from '../http/fields.ts';

export const getDoorsForOrg = call({
  path: '/api/accesscontrol/door/getDoorsForOrg',
  summary: 'Lists the doors.',
  methods: ['GET', 'POST'],
  allows: ['admin', 'issuer', 'reader'],
  body: z.strictObject({}),
  result: z.strictObject({
    accessControlledDoors: z.array(z.strictObject({ uuid: ruuid, name: z.string(), qrEnabled: z.boolean() })),
    lastEvaluatedKey,
  }),
  async answer(_, { backend }) {
    const accessControlledDoors = backend.doors.all().map((door) => ({ uuid: ruuidOf(door.uuid), name: door.name, qrEnabled: door.hasQr }));
    return { accessControlledDoors, lastEvaluatedKey: null };
  },
});
