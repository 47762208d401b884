import { ruuidOf } from '../../base/ids.ts';
import { mustServe } from '../keys/door-binding.ts';
import { actorOf, fileEndpoint } from '../http/endpoint.ts';

export const tokenList = fileEndpoint({
  path: '/api/postern/tokenlist/{door}',
  summary: 'The signed list of a door\'s codes.',
  allows: ['door', 'admin'],
  contentType: 'application/octet-stream',
  async file(context) {
    const { backend, params, caller } = context;
    const door = backend.doors.named(params.door ?? '').uuid;
    mustServe(caller, door);
    const { etag, bytes } = backend.lists.current(door);
    return {
      etag,
      // May be kept by the door, but is asked for again each time: a revocation must not wait for a cache.
      cacheControl: 'private, no-cache',
      bytes() {
        backend.audit.write('list-downloaded', ruuidOf(door), actorOf(context));
        return bytes();
      },
    };
  },
});
