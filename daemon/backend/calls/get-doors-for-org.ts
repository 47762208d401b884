import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import { call } from '../call.ts';

export const getDoorsForOrg = call({
  path: '/api/accesscontrol/door/getDoorsForOrg',
  methods: ['GET', 'POST'],
  role: 'admin',
  body: z.strictObject({}),
  async answer(_, { backend }) {
    const accessControlledDoors = backend.doors.all().map((door) => ({ uuid: ruuidOf(door.uuid), name: door.name, qrEnabled: door.hasQr }));
    return { accessControlledDoors, lastEvaluatedKey: null };
  },
});
