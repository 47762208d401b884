import { ruuidOf } from '../../base/ids.ts';
import { doorRefusals } from '../doors.ts';
import { mustServe, otherDoorRefusal } from '../keys/door-binding.ts';
import { actorOf, fileEndpoint } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';

export const tokenList = fileEndpoint({
  path: '/api/postern/tokenlist/{door}',
  room: 'Lists and keys',
  summary: 'The signed list of a door\'s codes.',
  allows: ['door', 'admin'],
  contentType: 'application/octet-stream',
  refusals: [...doorRefusals, otherDoorRefusal],
  examples: [{ title: 'The list of a door', params: { door: exampleDoor } }],
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
