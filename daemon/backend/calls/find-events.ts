import { z } from 'zod';
import { answerOf, eventAnswer, outcomes } from '../events/event-answer.ts';
import { eventsPageKey, eventsPageSize } from '../events/event-pages.ts';
import { tokenIdBytes, tokenRefusals } from '../codes/token-id.ts';
import { doorRefusals } from '../doors.ts';
import { call } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import { lastEvaluatedKey } from '../http/fields.ts';
import { pageFields, pageKeyRefusal } from '../http/paging.ts';

/** What a search for events may ask for. */
export const eventFilter = {
  accessControlledDoorUuids: z.array(z.string()).min(1).max(200).optional().describe('Only of these doors.'),
  createdAfterMs: z.int().min(0).optional().describe('Only what happened then or later, by the door\'s clock.'),
  createdBeforeMs: z.int().min(0).optional().describe('Only what happened before.'),
  typeFilter: z.array(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be types of events, as access-denied')).min(1).max(100).optional(),
  outcome: z.enum(outcomes).optional().describe('Only attempts that ended so.'),
  accessTokenUuid: z.string().optional().describe('Only about this code.'),
  person: z.string().min(1).max(200).optional().describe('Part of the holder\'s name or e-mail address or of the audit principal; upper and lower case are the same.'),
};

/** Events of all doors, and alerts, the newest first unless asked otherwise. */
export const findEvents = call({
  path: '/api/postern/events/findEvents',
  room: 'Events',
  summary: 'Finds what happened at the doors: by door, time, type, code and person.',
  methods: ['POST'],
  allows: ['admin', 'reader'],
  body: z.object({
    ...eventFilter,
    oldestFirst: z.boolean().optional(),
    ...pageFields,
  }),
  result: z.strictObject({ events: z.array(eventAnswer), lastEvaluatedKey }),
  refusals: [pageKeyRefusal, ...doorRefusals, tokenRefusals[0]],
  examples: [
    { title: 'The newest of all doors', body: {} },
    { title: 'Who was let in at one', body: { accessControlledDoorUuids: [exampleDoor], outcome: 'granted', maxPageSize: 20 } },
  ],
  async answer(body, { backend }) {
    const { events, next } = backend.reports.finder.find({
      doors: body.accessControlledDoorUuids?.map((door) => backend.doors.named(door).uuid),
      types: typesOf(body),
      ...(body.accessTokenUuid !== undefined && { tokens: [tokenIdBytes(body.accessTokenUuid)] }),
      person: body.person,
      fromMs: body.createdAfterMs,
      beforeMs: body.createdBeforeMs,
      newestFirst: !(body.oldestFirst ?? false),
      limit: eventsPageSize(body.maxPageSize),
      after: eventsPageKey.read(body.lastEvaluatedKey),
    });
    return { events: events.map((found) => answerOf(found, backend)), lastEvaluatedKey: next ? eventsPageKey.write(next) : null };
  },
});

/** An outcome is a type of event; both asked for, it must be both. */
export function typesOf({ typeFilter, outcome }: { typeFilter?: string[] | undefined; outcome?: string | undefined }): string[] | undefined {
  if (outcome === undefined) return typeFilter;
  const type = `access-${outcome}`;
  return typeFilter === undefined || typeFilter.includes(type) ? [type] : ['none'];
}
