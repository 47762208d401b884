import { z } from 'zod';
import { ruuidOf, ulidBytes } from '../../base/ids.ts';
import { pictureKinds } from '../events/pictures.ts';
import { doorRefusals } from '../doors.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { actorOf, fileEndpoint, upload, type RequestContext } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import { mustServe, servingRefusals } from '../keys/door-binding.ts';

const path = '/api/postern/door/evidence/{door}/{attempt}/{kind}';
const examplePicture = { door: exampleDoor, attempt: '01JNCW3Z4K8Q2V5XB7D9F0GHJM', kind: 'scan' };
const MAX_BYTES = 4 * 1024 * 1024;

export const uploadEvidence = upload({
  path,
  room: 'Events',
  name: 'uploadEvidence',
  summary: 'Takes a picture of an attempt that an uploaded event vouches for by its SHA-256.',
  allows: ['door'],
  contentType: 'image/jpeg',
  maxBytes: MAX_BYTES,
  result: z.strictObject({ stored: z.boolean().describe('False when it was here already.') }),
  examples: [{ title: 'A picture that no event vouches for', params: examplePicture, body: '\u00ff\u00d8\u00ff', status: 501 }],
  refusals: [
    ...servingRefusals,
    { status: 400, code: 'not-jpeg', when: 'The body is no JPEG.' },
    { status: 404, code: 'picture-unknown', when: 'The path names no attempt, or no kind of picture.' },
    { status: 409, code: 'picture-unvouched', when: 'No uploaded event has the digest of these bytes for this attempt and kind.' },
    { status: 501, code: 'pictures-not-kept', when: 'The backend lives in memory.' },
  ],
  async store(bytes, context) {
    const { door, attempt, kind } = named(context);
    mustServe(context.caller, door);
    return { stored: await context.backend.reports.pictures.store(door, attempt, kind, bytes) };
  },
});

/** Looking at a picture is written to the audit log. */
export const evidencePicture = fileEndpoint({
  path,
  room: 'Events',
  name: 'evidencePicture',
  summary: 'A picture of an attempt. Who looked at it stands in the audit log.',
  allows: ['admin', 'reader'],
  contentType: 'image/jpeg',
  refusals: [...doorRefusals, { status: 404, code: 'picture-unknown', when: 'There is no such picture here, or no longer.' }],
  examples: [{ title: 'A picture that is no longer there', params: examplePicture, status: 404 }],
  async file(context) {
    const { door, attempt, kind } = named(context);
    const picture = await context.backend.reports.pictures.read(door, attempt, kind);
    if (!picture) throw new ApiError(404, 'picture-unknown', 'There is no such picture here: it was not sent, or it was deleted for its age. findEvents tells which there are.');
    return {
      cacheControl: 'private, no-store',
      headers: { 'content-disposition': `inline; filename="${attempt}-${kind}.jpg"` },
      async bytes() {
        await context.backend.commits.run(() => context.backend.audit.write('picture-viewed', `${ruuidOf(door)} ${attempt} ${kind}`, actorOf(context)));
        return picture.jpeg;
      },
    };
  },
});

function named({ backend, params }: RequestContext): { door: Uint8Array; attempt: string; kind: string } {
  const door = backend.doors.named(params.door ?? '').uuid;
  const { attempt = '', kind = '' } = params;
  if (!ulidBytes(attempt)) throw new ApiError(404, 'picture-unknown', 'An attempt is named by its ULID of 26 characters; this is none.');
  if (!pictureKinds.some((known) => known === kind)) throw new ApiError(404, 'picture-unknown', `The pictures of an attempt are: ${pictureKinds.join(', ')}.`);
  return { door, attempt, kind };
}
