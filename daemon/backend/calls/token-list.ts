import { ruuidOf } from '../../base/ids.ts';
import type { Download } from '../call.ts';

/** The signed list of a door's tokens. */
export const tokenList: Download = {
  path: '/api/postern/tokenlist/',
  isNamed: true,
  role: 'door',
  contentType: 'application/octet-stream',
  file(name, { backend, caller }) {
    const door = backend.doors.named(name).uuid;
    const { etag, bytes } = backend.lists.current(door);
    return {
      etag,
      bytes() {
        backend.audit.write('list-downloaded', ruuidOf(door), { apiKey: caller.name });
        return bytes();
      },
    };
  },
};
