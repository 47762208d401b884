import { z } from 'zod';
import { tokenIdBytes } from '../codes/token-id.ts';
import { exportEvents as exported, exportFormats, exportTypes } from '../events/event-export.ts';
import { ApiError } from '../http/api-error.ts';
import { actorOf, fileEndpoint } from '../http/endpoint.ts';
import { eventFilter, typesOf } from './find-events.ts';

const milliseconds = z.string().regex(/^\d{1,16}$/, 'must be milliseconds since 1970').transform(Number).optional();

/** The query of the export: findEvents' filters as parameters, doors and types repeated for several. */
const parameters = z.strictObject({
  format: z.enum(exportFormats),
  accessControlledDoorUuid: z.array(z.string()).max(200).optional(),
  createdAfterMs: milliseconds,
  createdBeforeMs: milliseconds,
  typeFilter: z.array(z.string()).max(100).optional(),
  outcome: eventFilter.outcome.unwrap().unwrap().optional(),
  accessTokenUuid: z.string().optional(),
  person: z.string().min(1).max(200).optional(),
});
const LISTS = new Set(['accessControlledDoorUuid', 'typeFilter']);

export const exportEvents = fileEndpoint({
  path: '/api/postern/events/export',
  summary: 'All events that fit, the oldest first, as CSV for spreadsheets (format=csv) or JSON lines for programs (format=jsonl).',
  allows: ['admin', 'reader'],
  contentType: exportTypes.csv,
  refusals: [{ status: 400, code: 'request-bad', when: 'A parameter is not right: format, accessControlledDoorUuid, createdAfterMs, createdBeforeMs, typeFilter, outcome, accessTokenUuid, person.' }],
  async file(context) {
    const { backend, query } = context;
    const asked = readParameters(query);
    const doors = asked.accessControlledDoorUuid?.map((door) => backend.doors.named(door).uuid);
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

function readParameters(query: URLSearchParams): z.output<typeof parameters> {
  const raw = Object.fromEntries([...new Set(query.keys())].map((name) => [name, LISTS.has(name) || query.getAll(name).length > 1 ? query.getAll(name) : query.get(name)]));
  const parsed = parameters.safeParse(raw);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.').slice(0, 64)}: ${message.slice(0, 200)}`);
  throw new ApiError(400, 'request-bad', `The request is not right: ${faults.join('; ')}. The parameters are: ${Object.keys(parameters.shape).join(', ')}.`);
}
