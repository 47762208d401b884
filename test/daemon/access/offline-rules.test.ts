import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AccessPolicy } from '../../../daemon/access/access-policy.ts';
import { decideOffline, type OfflineFacts } from '../../../daemon/access/offline-rules.ts';
import type { ClockTrust } from '../../../daemon/base/events.ts';
import type { ListEntry } from '../../../daemon/base/token-list-file.ts';
import { claims, DAY_S, ELSEWHERE, HERE, HOUR_S, listHead, NOON_S, policy, time, TOKEN_ID, tokenKeyId } from './situation.ts';

const listed: ListEntry = { id: TOKEN_ID, status: 'active', spent: 0 };
const AS_OF_S = NOON_S - 2 * HOUR_S;
const beforeSnapshot = claims({ issuedAtS: AS_OF_S - 1 });
const atSnapshot = claims({ issuedAtS: AS_OF_S });
const dayOld = listHead({ issuedAtS: NOON_S - DAY_S });
const trusting = (trust: ClockTrust): Partial<OfflineFacts> => ({ listed, time: time({ trust }) });

type Row = [situation: string, changes: Partial<OfflineFacts>, decision: string, policy?: Partial<AccessPolicy>];
const table: Row[] = [
  ['listed', { listed }, 'listed'],
  ['listed, whenever it was issued', { listed, claims: beforeSnapshot }, 'listed'],

  ['absent, older than the snapshot', { claims: beforeSnapshot }, 'not-listed'],
  ['absent, as old as the newest in the snapshot', { claims: atSnapshot }, 'newer-than-list'],
  ['absent, newer than the snapshot', { claims: claims({ issuedAtS: NOON_S - 60 }) }, 'newer-than-list'],
  ['absent and newer, where that is denied', { claims: atSnapshot }, 'denied: newer-than-list', { whenNewerThanList: 'deny' }],
  ['absent and older, where newer ones are denied', { claims: beforeSnapshot }, 'not-listed', { whenNewerThanList: 'deny' }],
  ['absent, of a key the list had nothing of, older than the rest', { claims: beforeSnapshot, tokenKeyId: '00000000' }, 'not-listed'],
  ['absent, of a key the list had nothing of, newer than the rest', { claims: atSnapshot, tokenKeyId: '00000000' }, 'newer-than-list'],
  ['absent, older than another key\'s newest but not than its own', { claims: atSnapshot, list: listHead({ asOfS: { [tokenKeyId]: AS_OF_S, '00000000': NOON_S } }) }, 'newer-than-list'],
  ['absent from the list of an issuer who had issued nothing', { claims: beforeSnapshot, list: listHead({ asOfS: {} }) }, 'newer-than-list'],

  ['there is no list', { list: undefined }, 'list-stale'],
  ['the list is a second under its age limit', { listed, list: listHead({ issuedAtS: NOON_S - DAY_S + 1 }) }, 'listed'],
  ['the list is as old as it may be', { listed, list: dayOld }, 'list-stale'],
  ['the list expires this second', { listed, list: listHead({ expiresAtS: NOON_S }) }, 'list-stale'],
  ['the list is as old as a stricter door allows', { listed }, 'list-stale', { maxListAgeMs: HOUR_S * 1_000 }],
  ['stale, newer than it', { claims: atSnapshot, list: dayOld }, 'list-stale'],

  ['no list, where a stale one is allowed', { list: undefined }, 'stale-list-allowed', { whenListStale: 'grant' }],
  ['listed on a stale list, where that is allowed', { listed, list: dayOld }, 'stale-list-allowed', { whenListStale: 'grant' }],
  ['absent from a stale list and older, where stale is allowed', { claims: beforeSnapshot, list: dayOld }, 'not-listed', { whenListStale: 'grant' }],
  ['absent from a stale list and newer, where stale is allowed', { claims: atSnapshot, list: dayOld }, 'stale-list-allowed', { whenListStale: 'grant' }],
  ['the same where newer ones are denied', { claims: atSnapshot, list: dayOld }, 'denied: newer-than-list', { whenListStale: 'grant', whenNewerThanList: 'deny' }],

  ['uses, and this is the spending door', { listed, claims: claims({ uses: 2, doors: [HERE, ELSEWHERE] }) }, 'listed'],
  ['uses, and another door counts them', { listed, claims: claims({ uses: 2, doors: [ELSEWHERE, HERE] }) }, 'needs-online'],
  ['no uses: the order of doors is nothing', { listed, claims: claims({ doors: [ELSEWHERE, HERE] }) }, 'listed'],
  ['rotating, its step checked here', { listed, claims: claims({ rotating: true }) }, 'listed'],
  ['rotating, and the door cannot check steps', { listed, claims: claims({ rotating: true }), knowsSteps: false }, 'needs-online'],

  ['a verified clock', trusting('verified'), 'listed'],
  ['a clock with a battery', trusting('rtc'), 'listed'],
  ['a clock at the floor', trusting('floor'), 'clock-unverified'],
  ['a suspect clock', trusting('suspect'), 'clock-unverified'],
  ['a clock at the floor, where it is taken as it is', trusting('floor'), 'listed', { whenClockUnverified: 'grant' }],
  ['a suspect clock, where it is taken as it is', trusting('suspect'), 'listed', { whenClockUnverified: 'grant' }],
];

for (const [situation, changes, decision, change] of table) {
  test(`offline: ${situation}: ${decision}`, () => {
    const facts: OfflineFacts = { claims: claims(), tokenKeyId, door: HERE, time: time(), list: listHead(), listed: undefined, knowsSteps: true, ...changes };
    const decided = decideOffline(facts, { ...policy, ...change });
    const text = 'rule' in decided ? decided.rule : decided.reason === 'newer-than-list' ? 'denied: newer-than-list' : decided.reason;
    assert.is(text, decision);
  });
}

test.run();
