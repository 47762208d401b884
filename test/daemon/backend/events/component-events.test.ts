import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mappings, resultsOf, resultsOfDenial, resultsOfUnavailable, typesNamed } from '../../../../daemon/backend/events/component-events.ts';
import { ruuidOf, ulidBytes } from '../../../../daemon/base/ids.ts';
import { denialText, unavailableText } from '../../../../daemon/base/verdict.ts';
import { DoorLog } from './door-log.ts';
import { atSite, BACK, FRONT, type ReportingSite } from './reporting-site.ts';

const CALL = '/api/component/findPaginatedComponentEventsByAccessControlledDoor';

const expected: Record<keyof typeof denialText, string> = {
  'garbage': 'REJECTED NA', 'token-malformed': 'REJECTED NA', 'token-too-new': 'REJECTED NA', 'unknown-key': 'REJECTED NA', 'key-revoked': 'REJECTED NA',
  'key-out-of-time': 'REJECTED NA', 'bad-signature': 'REJECTED NA', 'issued-in-future': 'REJECTED NA', 'step-missing': 'REJECTED NA', 'step-wrong': 'REJECTED NA',
  'step-spent': 'REJECTED NA', 'wrong-door': 'ACCEPTED DENIED', 'too-long': 'ACCEPTED DENIED', 'not-yet-valid': 'ACCEPTED DENIED', 'expired': 'ACCEPTED DENIED',
  'out-of-hours': 'ACCEPTED DENIED', 'used-up': 'ACCEPTED DENIED', 'lockdown': 'ACCEPTED DENIED', 'not-listed': 'ACCEPTED DENIED', 'list-stale': 'ACCEPTED DENIED',
  'newer-than-list': 'ACCEPTED DENIED', 'clock-unverified': 'ACCEPTED DENIED', 'needs-online': 'ACCEPTED DENIED', 'refused-online': 'ACCEPTED DENIED',
  'revoked': 'ACCEPTED DISABLED', 'suspended': 'ACCEPTED DISABLED',
};

test('every reason of a denial has its results', () => {
  assert.equal(Object.keys(resultsOfDenial).sort(), Object.keys(denialText).sort());
  for (const [reason, results] of Object.entries(expected)) assert.is(resultsOf({ type: 'access-denied', reason }).join(' '), results, reason);
});

test('every cause of "unavailable" has its results', () => {
  assert.equal(Object.keys(resultsOfUnavailable).sort(), Object.keys(unavailableText).sort());
  const results = Object.keys(unavailableText).map((cause) => `${cause}: ${resultsOf({ type: 'access-unavailable', cause }).join(' ')}`);
  assert.equal(results, ['storage: NA ERROR', 'no-keys: ERROR NA', 'backend: ERROR NA', 'door-fault: NA ERROR']);
});

test('a grant, and reasons that a newer door may have', () => {
  assert.equal(resultsOf({ type: 'access-granted' }), ['ACCEPTED', 'ALLOWED']);
  for (const reason of ['of-tomorrow', 'constructor', 7, undefined]) assert.equal(resultsOf({ type: 'access-denied', reason }), ['NA', 'DENIED']);
  assert.equal(resultsOf({ type: 'access-unavailable', cause: '__proto__' }), ['ERROR', 'ERROR']);
});

test('the leaf has the states of Rhombus\'s position indicator', () => {
  const states = ['door-opened', 'door-closed', 'door-held-open', 'door-forced'].map((type) => mappings[type as 'door-opened']?.state);
  assert.equal(states, ['OPEN', 'CLOSED', 'AJAR', 'FORCED_OPEN']);
  assert.equal(typesNamed(['DoorPositionIndicatorStateChangeEvent']).sort(), ['door-closed', 'door-forced', 'door-held-open', 'door-opened']);
  assert.equal(typesNamed(['DoorbellEvent']), []);
});

async function visited(site: ReportingSite): Promise<{ log: DoorLog; tokenId: string }> {
  const { tokenId } = site.backend.issue({ doors: [FRONT], validS: 3_600 });
  const log = new DoorLog(FRONT);
  const grant = log.attempt('granted', site.nowMs, tokenId);
  log.append({ type: 'door-released', cause: 'token', attemptId: grant.id, forMs: 5_000 }, site.nowMs + 1);
  log.append({ type: 'door-opened' }, site.nowMs + 2);
  log.append({ type: 'list-accepted', version: 1, entries: 1 }, site.nowMs + 3);
  log.append({ type: 'door-held-open' }, site.nowMs + 4);
  log.append({ type: 'exit-requested' }, site.nowMs + 5);
  log.attempt({ denied: 'suspended' }, site.nowMs + 6, tokenId);
  log.attempt({ denied: 'garbage' }, site.nowMs + 7);
  await site.upload(log);
  return { log, tokenId };
}

test('a visit under Rhombus\'s names, oldest first, with ids as RUUIDs and one correlation for an attempt', atSite(async (site) => {
  const { log, tokenId } = await visited(site);
  const { body } = await site.post(CALL, { accessControlledDoorUuid: FRONT });
  const events = body.componentEvents as Record<string, unknown>[];
  assert.equal(events.map(({ type, state }) => [type, state].filter(Boolean).join(' ')), [
    'CredentialReceivedEvent', 'DoorStateChangeEvent UNLOCKED', 'DoorPositionIndicatorStateChangeEvent OPEN', 'DoorPositionIndicatorStateChangeEvent AJAR',
    'RequestToExitStateChangeEvent ACTIVE', 'CredentialReceivedEvent', 'CredentialReceivedEvent',
  ]);
  const [grant, released] = events;
  const attempt = ruuidOf(ulidBytes(log.events[0]?.id ?? '') ?? new Uint8Array());
  assert.equal([grant?.uuid, grant?.correlationId, released?.correlationId], [attempt, attempt, attempt]);
  assert.equal([grant?.authenticationResult, grant?.authorizationResult, grant?.credentialId, grant?.credSource], ['ACCEPTED', 'ALLOWED', tokenId, 'QR']);
  assert.equal([grant?.timestampMs, grant?.createdAtMs, grant?.componentUuid, grant?.ownerDeviceUuid], [site.nowMs, site.nowMs, FRONT, FRONT]);
  assert.equal(events.slice(-2).map((event) => event.authorizationResult), ['DISABLED', 'NA']);
  assert.equal([body.lastEvaluatedKey, body.error], [null, false]);
}));

test('a client\'s nulls and empty filters, filters by type, code and time, the other way round, a page at a time', atSite(async (site) => {
  const { tokenId } = await visited(site);
  const count = async (more: object): Promise<number> => ((await site.post(CALL, { accessControlledDoorUuid: FRONT, ...more })).body.componentEvents as unknown[]).length;
  assert.is(await count({ createdAfterMs: null, createdBeforeMs: null, typeFilter: null, userFilter: null, reverseSearch: null, maxPageSize: null, lastEvaluatedKey: null }), 7);
  assert.is(await count({ typeFilter: [], userFilter: [] }), 7);
  assert.is(await count({ typeFilter: ['CredentialReceivedEvent'] }), 3);
  assert.is(await count({ typeFilter: ['DoorbellEvent'] }), 0);
  assert.is(await count({ userFilter: [tokenId] }), 2);
  assert.is(await count({ userFilter: ['nobody'] }), 0);
  assert.is(await count({ createdAfterMs: site.nowMs + 2, createdBeforeMs: site.nowMs + 6 }), 3);
  const seen: unknown[] = [];
  for (let lastEvaluatedKey: unknown, pages = 0; lastEvaluatedKey !== null; pages++) {
    const { body } = await site.post(CALL, { accessControlledDoorUuid: FRONT, reverseSearch: true, maxPageSize: 3, lastEvaluatedKey });
    seen.push(...(body.componentEvents as { timestampMs: number }[]).map(({ timestampMs }) => timestampMs - site.nowMs));
    lastEvaluatedKey = body.lastEvaluatedKey;
    assert.ok(pages < 5);
  }
  assert.equal(seen, [7, 6, 5, 4, 2, 1, 0]);
}));

test('a client that asks for more than a page holds, and for what is not known, gets a page and is told', atSite(async (site) => {
  await visited(site);
  const { body } = await site.post(CALL, { accessControlledDoorUuid: FRONT, maxPageSize: 1_000_000, userFilter: [], orgUuid: 'x' });
  assert.ok((body.componentEvents as unknown[]).length > 0);
  assert.match(String(body.warningMsg), /"orgUuid"/);
}));

test('another door has none of it, and an unknown one is refused', atSite(async (site) => {
  await visited(site);
  assert.equal((await site.post(CALL, { accessControlledDoorUuid: BACK })).body.componentEvents, []);
  assert.is((await site.post(CALL, { accessControlledDoorUuid: 'MDEyMzQ1Njc4OTo7PD0-Pw' })).body.code, 'door-unknown');
  assert.is((await site.post(CALL, { accessControlledDoorUuid: FRONT, lastEvaluatedKey: 'x' })).body.code, 'page-key-bad');
}));

test.run();
