import { z } from 'zod';
import { ruuidOf, ulidBytes, uuidBytes } from '../../base/ids.ts';
import { mappings, resultsOf, typesNamed, type ComponentEventType } from '../events/component-events.ts';
import { uuidOfUlid } from '../events/event-answer.ts';
import type { FoundEvent } from '../events/event-finder.ts';
import { eventsPageKey, eventsPageSize } from '../events/event-pages.ts';
import { doorRefusals } from '../doors.ts';
import { call } from '../http/endpoint.ts';
import { exampleDoor } from '../http/example-site.ts';
import { anyUuid, lastEvaluatedKey, ruuid } from '../http/fields.ts';
import { pageFields, pageKeyRefusal } from '../http/paging.ts';

const componentEvent = z.strictObject({
  uuid: ruuid,
  type: z.string(),
  timestampMs: z.int(),
  createdAtMs: z.int(),
  componentUuid: ruuid,
  correlationId: z.string().nullable().describe('The same for all that belongs to one attempt.'),
  locationUuid: z.null(),
  orgUuid: z.null(),
  ownerDeviceUuid: ruuid,
  state: z.string().optional(),
  authenticationResult: z.enum(['ACCEPTED', 'REJECTED', 'ERROR', 'NA']).optional(),
  authorizationResult: z.enum(['ALLOWED', 'DENIED', 'DISABLED', 'ERROR', 'NA']).optional(),
  originator: z.strictObject({ type: z.literal('GUEST_PASS') }).optional(),
  credSource: z.literal('QR').optional(),
  credentialId: ruuid.nullable().optional().describe('The code\'s accessTokenUuid.'),
});
type ComponentEvent = z.input<typeof componentEvent>;

/** Rhombus's call: events of one door under its names, the oldest first unless `reverseSearch`. */
export const findPaginatedComponentEvents = call({
  path: '/api/component/findPaginatedComponentEventsByAccessControlledDoor',
  room: 'Events',
  summary: 'Lists what happened at a door, under Rhombus\'s names, a page at a time.',
  methods: ['POST'],
  allows: ['admin', 'reader'],
  body: z.object({
    accessControlledDoorUuid: anyUuid,
    createdAfterMs: z.int().min(0).optional(),
    createdBeforeMs: z.int().min(0).optional(),
    typeFilter: z.array(z.string().max(100)).max(100).optional().describe('Names of types of events; empty or absent: all. One that no door here reports finds nothing.'),
    userFilter: z.array(z.string().max(64)).max(100).optional().describe('Codes, by their accessTokenUuid: who they are for is not in an event.'),
    reverseSearch: z.boolean().optional().describe('The newest first.'),
    ...pageFields,
  }),
  result: z.strictObject({ componentEvents: z.array(componentEvent), lastEvaluatedKey, error: z.literal(false), errorMsg: z.null(), warningMsg: z.null() }),
  refusals: [...doorRefusals, pageKeyRefusal],
  examples: [{ title: 'A door', body: { accessControlledDoorUuid: exampleDoor, typeFilter: ['CredentialReceivedEvent'], reverseSearch: true } }],
  async answer(body, { backend }) {
    const door = backend.doors.named(body.accessControlledDoorUuid).uuid;
    const { events, next } = backend.reports.finder.find({
      doors: [door],
      types: typesNamed(filled(body.typeFilter)),
      tokens: filled(body.userFilter)?.flatMap((user) => uuidBytes(user) ?? []),
      fromMs: body.createdAfterMs,
      beforeMs: body.createdBeforeMs,
      newestFirst: body.reverseSearch ?? false,
      limit: eventsPageSize(body.maxPageSize),
      after: eventsPageKey.read(body.lastEvaluatedKey),
    });
    return { componentEvents: events.flatMap(componentEventOf), lastEvaluatedKey: next ? eventsPageKey.write(next) : null, error: false as const, errorMsg: null, warningMsg: null };
  },
});

/** A client may send an empty list for no filter. */
function filled<T>(list: T[] | null | undefined): T[] | undefined {
  return list && list.length > 0 ? list : undefined;
}

function componentEventOf({ id, type, atMs, receivedMs, door, token, event }: FoundEvent): ComponentEvent[] {
  const mapping = mappings[type as keyof typeof mappings];
  if (!mapping) return [];
  const attempt = typeof event.attemptId === 'string' ? ulidBytes(event.attemptId) : undefined;
  const [authenticationResult, authorizationResult] = resultsOf(event);
  const isCredential = mapping.type === ('CredentialReceivedEvent' satisfies ComponentEventType);
  return [{
    uuid: uuidOfUlid(id), type: mapping.type, timestampMs: atMs, createdAtMs: receivedMs, componentUuid: ruuidOf(door), ownerDeviceUuid: ruuidOf(door),
    correlationId: attempt ? ruuidOf(attempt) : null, locationUuid: null, orgUuid: null,
    ...(mapping.state !== undefined && { state: mapping.state }),
    ...(isCredential && { authenticationResult, authorizationResult, originator: { type: 'GUEST_PASS' as const }, credSource: 'QR' as const, credentialId: token && ruuidOf(token) }),
  }];
}
