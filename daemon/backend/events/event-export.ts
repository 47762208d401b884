import { stringify } from 'csv-stringify/sync';
import type { BackendParts } from '../backend-parts.ts';
import { answerOf, type EventAnswer } from './event-answer.ts';
import type { EventQuery } from './event-finder.ts';
import type { Place } from './event-slices.ts';

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportTypes: Readonly<Record<ExportFormat, string>> = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl; charset=utf-8' };

/** So many at a time: what is not sent yet is not read yet. */
const PAGE = 500;

const columns: readonly (readonly [name: string, value: (event: EventAnswer) => unknown])[] = [
  ['time', ({ timestampMs }) => new Date(timestampMs).toISOString()],
  ['door', ({ doorName }) => doorName],
  ['door_uuid', ({ doorUuid }) => doorUuid],
  ['type', ({ type }) => type],
  ['outcome', ({ outcome }) => outcome],
  ['text', ({ text }) => text],
  ['name', ({ person }) => person?.name],
  ['email', ({ person }) => person?.email],
  ['audit_principal', ({ person }) => person?.auditPrincipal],
  ['access_token_uuid', ({ accessTokenUuid }) => accessTokenUuid],
  ['received', ({ createdAtMs }) => new Date(createdAtMs).toISOString()],
  ['event_id', ({ id }) => id],
];

/**
 * All events that fit, the oldest first, as text in pieces. CSV is for spreadsheets: RFC 4180 with a byte order mark, without
 * which they take UTF-8 for an older encoding, and a ' before what they would take for a formula. JSON lines are for
 * programs: each event as findEvents answers it.
 */
export async function* exportEvents(query: Omit<EventQuery, 'limit' | 'after' | 'newestFirst'>, format: ExportFormat, backend: Pick<BackendParts, 'doors' | 'reports'>, onProgress?: (events: number) => void): AsyncGenerator<string> {
  if (format === 'csv') yield csvLines([columns.map(([name]) => name)], true);
  let count = 0;
  for (let after: Place | undefined, more = true; more;) {
    const { events, next } = backend.reports.finder.find({ ...query, newestFirst: false, limit: PAGE, after });
    const answers = events.map((found) => answerOf(found, backend));
    if (answers.length > 0) yield format === 'csv' ? csvLines(answers.map((answer) => columns.map(([, value]) => value(answer)))) : answers.map((answer) => `${JSON.stringify(answer)}\n`).join('');
    onProgress?.(count += answers.length);
    after = next;
    more = next !== undefined;
    // Others wait for the database, too.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function csvLines(rows: unknown[][], bom = false): string {
  return stringify(rows, { bom, record_delimiter: 'windows', escape_formulas: true });
}
