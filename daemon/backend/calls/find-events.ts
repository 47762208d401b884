import { z } from 'zod';
import { answerOf, eventAnswer, outcomes } from '../events/event-answer.ts';
import { pageKey, placeOf } from '../events/page-key.ts';
import { tokenIdBytes } from '../codes/token-id.ts';
import { call } from '../http/endpoint.ts';
import { lastEvaluatedKey } from '../http/fields.ts';

/** What a search for events may ask for. */
export const eventFilter = {
  accessControlledDoorUuids: z.array(z.string()).min(1).max(200).nullish().describe('Only of these doors.'),
  createdAfterMs: z.int().min(0).nullish().describe('Only what happened then or later, by the door\'s clock.'),
  createdBeforeMs: z.int().min(0).nullish().describe('Only what happened before.'),
  typeFilter: z.array(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be types of events, as access-denied')).min(1).max(100).nullish(),
  outcome: z.enum(outcomes).nullish().describe('Only attempts that ended so.'),
  accessTokenUuid: z.string().nullish().describe('Only about this code.'),
  person: z.string().min(1).max(200).nullish().describe('Part of the holder\'s name or e-mail address or of the audit principal; upper and lower case are the same.'),
};

/** Events of all doors, and alerts, the newest first unless asked otherwise. */
export const findEvents = call({
  path: '/api/postern/events/findEvents',
  summary: 'Finds what happened at the doors: by door, time, type, code and person.',
  methods: ['POST'],
  allows: ['admin', 'reader'],
  body: z.strictObject({
    ...eventFilter,
    oldestFirst: z.boolean().nullish(),
    maxPageSize: z.int().min(1).max(1_000).nullish().describe('100 unless told.'),
    lastEvaluatedKey: z.string().max(64).nullish(),
  }),
  result: z.strictObject({ events: z.array(eventAnswer), lastEvaluatedKey }),
  refusals: [{ status: 400, code: 'page-key-bad', when: 'lastEvaluatedKey is not one that an answer carried.' }],
  async answer(body, { backend }) {
    const { events, next } = backend.reports.finder.find({
      doors: body.accessControlledDoorUuids?.map((door) => backend.doors.named(door).uuid),
      types: typesOf(body),
      ...(body.accessTokenUuid != null && { tokens: [tokenIdBytes(body.accessTokenUuid)] }),
      person: body.person ?? undefined,
      fromMs: body.createdAfterMs ?? undefined,
      beforeMs: body.createdBeforeMs ?? undefined,
      newestFirst: !(body.oldestFirst ?? false),
      limit: body.maxPageSize ?? 100,
      after: placeOf(body.lastEvaluatedKey),
    });
    return { events: events.map((found) => answerOf(found, backend)), lastEvaluatedKey: next ? pageKey(next) : null };
  },
});

/** An outcome is a type of event; both asked for, it must be both. */
export function typesOf({ typeFilter, outcome }: { typeFilter?: string[] | null | undefined; outcome?: string | null | undefined }): string[] | undefined {
  if (outcome == null) return typeFilter ?? undefined;
  const type = `access-${outcome}`;
  return typeFilter == null || typeFilter.includes(type) ? [type] : ['none'];
}
