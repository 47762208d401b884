import { z } from 'zod';
import { tokenIdBytes, tokenRefusals } from '../codes/token-id.ts';
import { doorRefusals } from '../doors.ts';
import { exportEvents as exported, exportFormats, exportTypes } from '../events/event-export.ts';
import { actorOf, fileEndpoint } from '../http/endpoint.ts';
import { eventFilter, typesOf } from './find-events.ts';

const milliseconds = z.string().regex(/^\d{1,16}$/, 'must be milliseconds since 1970').transform(Number).optional();
const several = (most: number): z.ZodType<string[] | undefined> =>
  z.string().max(8_192).transform((text) => text.split(',')).refine((list) => list.length <= most, `must be at most ${most}`).optional();

export const exportEvents = fileEndpoint({
  path: '/api/postern/events/export',
  room: 'Events',
  name: 'exportEvents',
  summary: 'All events that fit, the oldest first, as CSV for spreadsheets (format=csv) or JSON lines for programs (format=jsonl).',
  allows: ['admin', 'reader'],
  contentType: exportTypes.csv,
  refusals: [...doorRefusals, tokenRefusals[0]],
  query: z.strictObject({
    format: z.enum(exportFormats),
    accessControlledDoorUuids: several(200).describe('Only of these doors, separated by commas.'),
    createdAfterMs: milliseconds,
    createdBeforeMs: milliseconds,
    typeFilter: several(100).describe('Only events of these types, separated by commas.'),
    outcome: eventFilter.outcome,
    accessTokenUuid: eventFilter.accessTokenUuid,
    person: eventFilter.person,
  }),
  examples: [{ title: 'Everything, for a spreadsheet', query: { format: 'csv' } }],
  async file(context, asked) {
    const { backend } = context;
    const doors = asked.accessControlledDoorUuids?.map((door) => backend.doors.named(door).uuid);
    const tokens = asked.accessTokenUuid === undefined ? undefined : [tokenIdBytes(asked.accessTokenUuid)];
    await backend.commits.run(() => backend.audit.write('events-exported', asked.format, actorOf(context)));
    const what = { doors, tokens, types: typesOf(asked), person: asked.person, fromMs: asked.createdAfterMs, beforeMs: asked.createdBeforeMs };
    return {
      contentType: exportTypes[asked.format],
      headers: { 'content-disposition': `attachment; filename="events.${asked.format}"` },
      pieces: () => exported(what, asked.format, backend),
    };
  },
});
