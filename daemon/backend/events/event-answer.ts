import { z } from 'zod';
import { ruuidOf, ulidBytes } from '../../base/ids.ts';
import type { BackendParts } from '../backend-parts.ts';
import { ruuid } from '../http/fields.ts';
import type { FoundEvent } from './event-finder.ts';
import { reportedEventText } from './event-text.ts';

export const outcomes = ['granted', 'denied', 'unavailable'] as const;
export type Outcome = (typeof outcomes)[number];

/** An event as findEvents answers it. */
export const eventAnswer = z.strictObject({
  uuid: z.string().describe('The event\'s ULID as 22 base64url characters.'),
  id: z.string().describe('ULID.'),
  type: z.string().describe('As the door\'s log names it, or alert-raised.'),
  timestampMs: z.int().describe('When it happened, by the door\'s clock.'),
  createdAtMs: z.int().describe('When it arrived here.'),
  doorUuid: ruuid,
  doorName: z.string(),
  text: z.string().describe('In words.'),
  outcome: z.enum(outcomes).nullable().describe('Of an attempt.'),
  accessTokenUuid: ruuid.nullable(),
  person: z.strictObject({ name: z.string().nullable(), email: z.string().nullable(), auditPrincipal: z.string().nullable() }).nullable().describe('Who the code is for and on whose behalf it was issued.'),
  pictures: z.array(z.strictObject({
    kind: z.string(),
    state: z.enum(['missing', 'stored', 'gone', 'deleted']),
    path: z.string().describe('To be got from here with the same key.'),
    sha256: z.string(),
  })),
  chainFault: z.string().nullable().describe('What is wrong with its place in the door\'s log: gap-before, began-anew, replaces-another, contents-changed.'),
  event: z.record(z.string(), z.unknown()).describe('As the door has it, without its hash.'),
});
export type EventAnswer = z.input<typeof eventAnswer>;

export function answerOf(found: FoundEvent, { doors, reports }: Pick<BackendParts, 'doors' | 'reports'>): EventAnswer {
  const { event, door, token } = found;
  const doorUuid = ruuidOf(door);
  const attempt = typeof event.attemptId === 'string' && ulidBytes(event.attemptId) ? event.attemptId : undefined;
  const pictures = attempt === undefined ? [] : reports.pictures.ofAttempt(door, attempt);
  return {
    uuid: uuidOfUlid(found.id), id: found.id, type: found.type, timestampMs: found.atMs, createdAtMs: found.receivedMs,
    doorUuid, doorName: doors.get(door)?.name ?? doorUuid, text: reportedEventText(event),
    outcome: outcomeOf(found.type) ?? null,
    accessTokenUuid: token && ruuidOf(token),
    person: found.person ?? null,
    pictures: pictures.map(({ kind, state, sha256 }) => ({ kind, state, sha256, path: `/api/postern/door/evidence/${doorUuid}/${attempt}/${kind}` })),
    chainFault: found.fault,
    event,
  };
}

export function uuidOfUlid(id: string): string {
  return ruuidOf(ulidBytes(id) ?? new Uint8Array(16));
}

function outcomeOf(type: string): Outcome | undefined {
  return outcomes.find((outcome) => type === `access-${outcome}`);
}
