import { z } from 'zod';
import { ApiError } from '../../base/http/api-error.ts';
import { call } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import { anyUuid } from '../http/fields.ts';
import { readReported } from '../events/reported-event.ts';
import { pictureKinds } from '../events/pictures.ts';
import { mustServe, servingRefusals } from '../keys/door-binding.ts';

const MAX_EVENTS = 200;
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'must be a ULID');
const picture = z.strictObject({ attemptId: ulid, kind: z.enum(pictureKinds), sha256: hash });

/**
 * A door reports what happened, in order and as it has it; whatever is here already is passed over. A log that does not
 * follow from what was uploaded before is stored all the same, and raises an alert.
 */
export const uploadEvents = call({
  path: '/api/postern/door/uploadEvents',
  room: 'Events',
  summary: 'Takes the events of a door, in order; sending them again changes nothing.',
  methods: ['POST'],
  allows: ['door'],
  maxBytes: 524_288,
  body: z.strictObject({
    doorUuid: anyUuid,
    events: z.array(z.record(z.string().max(64), z.unknown())).max(MAX_EVENTS).describe('As they stand in the door\'s log, by rising seq. None: the door tells that it is there.'),
    head: z.strictObject({ seq: z.int().min(0), hash }).describe('The last event of the door\'s log.'),
    gonePictures: z.array(picture).max(100).optional().describe('Missing pictures that the door has no more.'),
  }),
  result: z.strictObject({
    acceptedThroughSeq: z.int().describe('Everything up to this event is on disk; 0 when none were sent.'),
    missingPictures: z.array(picture).describe('Pictures these events vouch for that are still to be sent.'),
  }),
  examples: [{
    title: 'Nothing new',
    body: { doorUuid: exampleDoor, events: [], head: { seq: 0, hash: '0'.repeat(64) } },
    answer: { acceptedThroughSeq: 0, missingPictures: [] },
  }],
  refusals: [
    { status: 400, code: 'event-bad', when: 'An event is malformed, too large or too deep.' },
    { status: 400, code: 'events-unordered', when: 'The events are not in the order of their numbers, or the head is before the last of them.' },
    { status: 403, code: 'event-of-other-door', when: 'An event names another door.' },
    ...servingRefusals,
  ],
  async answer(body, { backend, caller }) {
    const door = backend.doors.named(body.doorUuid).uuid;
    mustServe(caller, door);
    // Before the transaction, which others wait for.
    const events = body.events.map((raw) => readReported(raw, door));
    const seqs = [...events.map(({ event }) => event.seq), body.head.seq];
    const isOrdered = seqs.every((seq, i) => i === 0 || seq > (seqs[i - 1] ?? 0) || (i === seqs.length - 1 && seq === seqs[i - 1]));
    if (!isOrdered) throw new ApiError(400, 'events-unordered', 'Send events by rising seq, and as head the last event of the log. Nothing of this upload was stored.');
    const answer = await backend.commits.run(() => backend.reports.intake.take({ door, events, head: body.head, gone: body.gonePictures ?? [] }));
    return answer as typeof answer & { missingPictures: z.input<typeof picture>[] };
  },
});
