import { ruuidOf } from '../../base/ids.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { actorOf, fileEndpoint, type RequestContext } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import type { StreamAnswer } from '../http/file-answer.ts';
import { mustServe, servingRefusals } from '../keys/door-binding.ts';
import type { SignedFile } from '../lists/token-lists.ts';

/**
 * Any cache may keep a list, a shared one too: it is signed, and holds ids and states, nothing that opens a door or names
 * somebody. But not for long: a revocation waits this long at most, beside a door's own poll.
 */
const CACHE_CONTROL = 'public, max-age=10';
const ALLOWS = ['door', 'reader', 'admin'] as const;
const CONTENT_TYPE = 'application/octet-stream';

const servingFullLists = {
  room: 'Lists and keys',
  allows: ALLOWS,
  refusals: servingRefusals,
  examples: [{ title: 'The list of a door', params: { door: exampleDoor } }],
  contentType: CONTENT_TYPE,
  ranges: true,
  file: (context: RequestContext) => fullList(context),
} as const;

/** Its path works for static files, too: a folder a door, beside the full list the deltas to it. */
export const tokenList = fileEndpoint({
  path: '/api/postern/tokenlist/{door}/full',
  name: 'tokenList',
  summary: 'The signed list of a door\'s codes.',
  ...servingFullLists,
});

/** The same under the path that doors before deltas ask for. */
export const tokenListByDoor = fileEndpoint({
  path: '/api/postern/tokenlist/{door}',
  name: 'tokenListByDoor',
  summary: 'The signed list of a door\'s codes, as …/full gives it.',
  ...servingFullLists,
});

export const tokenListDelta = fileEndpoint({
  path: '/api/postern/tokenlist/{door}/{from}',
  name: 'tokenListDelta',
  summary: 'What leads from a version of a door\'s list to the current one; from the current one, that nothing does.',
  room: 'Lists and keys',
  allows: ALLOWS,
  examples: [{ title: 'From the first version', params: { door: exampleDoor, from: '1' } }],
  refusals: [
    ...servingRefusals,
    { status: 400, code: 'version-bad', when: 'The version is not a whole number from 1.' },
    { status: 404, code: 'delta-unknown', when: 'No delta leads from that version any more, or none ever did. Fetch the full list.' },
  ],
  contentType: CONTENT_TYPE,
  ranges: true,
  async file(context) {
    const { backend, params } = context;
    const door = doorOf(context);
    const delta = await backend.lists.delta(door, versionIn(params.from ?? ''));
    if (!delta) throw new ApiError(404, 'delta-unknown', `No delta leads from version ${params.from} of this list. Fetch the full list: …/tokenlist/${ruuidOf(door)}/full.`);
    return answerOf(context, door, delta);
  },
});

async function fullList(context: RequestContext): Promise<StreamAnswer> {
  const door = doorOf(context);
  return answerOf(context, door, await context.backend.lists.current(door));
}

function doorOf({ backend, params, caller }: RequestContext): Uint8Array {
  const door = backend.doors.named(params.door ?? '').uuid;
  mustServe(caller, door);
  return door;
}

function answerOf(context: RequestContext, door: Uint8Array, file: SignedFile): StreamAnswer {
  return {
    etag: file.etag,
    length: file.length,
    cacheControl: CACHE_CONTROL,
    read(start, end) {
      context.backend.audit.write('list-downloaded', ruuidOf(door), actorOf(context));
      return file.read(start, end);
    },
  };
}

function versionIn(text: string): number {
  const version = Number(text);
  if (!/^[1-9]\d{0,15}$/.test(text) || !Number.isSafeInteger(version)) throw new ApiError(400, 'version-bad', 'Ask for a delta by the version of the list in hand, a whole number from 1, or for the full list by "full".');
  return version;
}
