import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AccessPolicy } from '../../../daemon/access/access-policy.ts';
import { localDenial, useOf, type LocalFacts } from '../../../daemon/access/local-rules.ts';
import { rotatingKey, stepCodeOf, stepOf } from '../../../daemon/base/step-code.ts';
import type { ListEntry } from '../../../daemon/base/token-list-file.ts';
import type { DenialReason } from '../../../daemon/base/verdict.ts';
import { claims, DAY_S, ELSEWHERE, HERE, HOUR_S, NOON_MS, NOON_S, policy, time, TOKEN_ID, uses } from './situation.ts';

function facts(changes: Partial<LocalFacts> = {}): LocalFacts {
  return { claims: claims(), stepCode: undefined, stepKey: undefined, door: HERE, time: time(), listed: undefined, heardRevoked: false, uses: uses(), lockdown: false, ...changes };
}

const entry = (changes: Partial<ListEntry> = {}): ListEntry => ({ id: TOKEN_ID, status: 'active', spent: 0, ...changes });
const stepKey = rotatingKey(Buffer.alloc(32, 7), TOKEN_ID);
const thisStep = stepOf(NOON_MS);
const rotating = (stepsOff: number, changes: Partial<LocalFacts> = {}): Partial<LocalFacts> =>
  ({ claims: claims({ rotating: true }), stepKey, stepCode: stepCodeOf(stepKey, thisStep + stepsOff), ...changes });
/** Woke without a clock: it is past the floor, and nobody knows how far. */
const woke = time({ trust: 'floor', nowMs: NOON_MS, floorMs: NOON_MS });
const suspect = time({ trust: 'suspect', nowMs: NOON_MS + 90 * DAY_S * 1_000, floorMs: NOON_MS });

type Row = [situation: string, changes: Partial<LocalFacts>, denial: DenialReason | undefined, policy?: Partial<AccessPolicy>];
const rules: Record<string, Row[]> = {
  door: [
    ['this door', {}, undefined],
    ['another door', { claims: claims({ doors: [ELSEWHERE] }) }, 'wrong-door'],
    ['this door among others', { claims: claims({ doors: [ELSEWHERE, HERE] }) }, undefined],
  ],
  'issue time': [
    ['issued a minute ahead of the clock', { claims: claims({ issuedAtS: NOON_S + 60 }) }, undefined],
    ['issued over a minute ahead', { claims: claims({ issuedAtS: NOON_S + 61 }) }, 'issued-in-future'],
    ['issued ahead of a clock that woke in the past', { claims: claims({ issuedAtS: NOON_S + HOUR_S }), time: woke }, undefined],
    ['the same where the clock is taken as it is', { claims: claims({ issuedAtS: NOON_S + HOUR_S }), time: woke }, 'issued-in-future', { whenClockUnverified: 'grant' }],
  ],
  length: [
    ['valid for exactly as long as allowed', { claims: claims({ expiresAtS: NOON_S - 4 * HOUR_S + 31 * DAY_S }) }, undefined],
    ['a second longer', { claims: claims({ expiresAtS: NOON_S - 4 * HOUR_S + 31 * DAY_S + 1 }) }, 'too-long'],
    ['longer than a stricter door allows', { claims: claims() }, 'too-long', { maxTokenDays: 1 }],
  ],
  begin: [
    ['begins now', { claims: claims({ notBeforeS: NOON_S }) }, undefined],
    ['begins in a second', { claims: claims({ notBeforeS: NOON_S + 1 }) }, 'not-yet-valid'],
    ['begins later than a clock that woke in the past knows', { claims: claims({ notBeforeS: NOON_S + HOUR_S }), time: woke }, undefined],
    ['the same where the clock is taken as it is', { claims: claims({ notBeforeS: NOON_S + HOUR_S }), time: woke }, 'not-yet-valid', { whenClockUnverified: 'grant' }],
  ],
  expiry: [
    ['expires in a second', { claims: claims({ expiresAtS: NOON_S + 1 }) }, undefined],
    ['expires now', { claims: claims({ expiresAtS: NOON_S }) }, 'expired'],
    ['expired before the floor, whatever the clock says', { claims: claims({ expiresAtS: NOON_S }), time: woke }, 'expired'],
    ['expired only by a suspect clock', { claims: claims(), time: suspect }, undefined],
    ['the same where the clock is taken as it is', { claims: claims(), time: suspect }, 'expired', { whenClockUnverified: 'grant' }],
  ],
  hours: [
    ['within its hours', { claims: claims({ hours: 'afternoons' }) }, undefined],
    ['out of its hours', { claims: claims({ hours: 'mornings' }) }, 'out-of-hours'],
    ['hours this door does not have', { claims: claims({ hours: 'nights' }) }, 'out-of-hours'],
    ['hours with the name of something every object has', { claims: claims({ hours: 'constructor' }) }, 'out-of-hours'],
    ['within its hours, by another zone', { claims: claims({ hours: 'afternoons' }) }, 'out-of-hours', { timeZone: 'America/New_York' }],
    ['hours without a clock', { claims: claims({ hours: 'afternoons' }), time: woke }, 'clock-unverified'],
    ['hours by a clock taken as it is', { claims: claims({ hours: 'afternoons' }), time: woke }, undefined, { whenClockUnverified: 'grant' }],
  ],
  listing: [
    ['listed as active', { listed: entry() }, undefined],
    ['not listed: not for the local rules to judge', { listed: undefined }, undefined],
    ['revoked', { listed: entry({ status: 'revoked' }) }, 'revoked'],
    ['suspended', { listed: entry({ status: 'suspended' }) }, 'suspended'],
    ['revoked, as the backend told before the list', { listed: entry(), heardRevoked: true }, 'revoked'],
  ],
  'use count': [
    ['unlimited', { uses: uses({ counted: 9_000 }) }, undefined],
    ['the last use', { claims: claims({ uses: 3 }), uses: uses({ counted: 2 }) }, undefined],
    ['used up here', { claims: claims({ uses: 3 }), uses: uses({ counted: 3 }) }, 'used-up'],
    ['used up elsewhere', { claims: claims({ uses: 3 }), listed: entry({ spent: 3 }) }, 'used-up'],
    ['used up here and elsewhere together', { claims: claims({ uses: 3 }), uses: uses({ counted: 1 }), listed: entry({ spent: 2 }) }, 'used-up'],
    ['used up, as the re-entry grace ends', { claims: claims({ uses: 1, reentryGraceS: 300 }), uses: uses({ counted: 1, lastCountedAtMs: NOON_MS - 300_000 }) }, undefined],
    ['used up, after the grace', { claims: claims({ uses: 1, reentryGraceS: 300 }), uses: uses({ counted: 1, lastCountedAtMs: NOON_MS - 300_001 }) }, 'used-up'],
    ['used up, the last use in the future of a clock that went back', { claims: claims({ uses: 1, reentryGraceS: 300 }), uses: uses({ counted: 1, lastCountedAtMs: NOON_MS + 1 }) }, 'used-up'],
  ],
  step: [
    ['the current step', rotating(0), undefined],
    ['the step before', rotating(-1), undefined],
    ['the step after: the pass\'s clock is ahead', rotating(1), undefined],
    ['two steps old', rotating(-2), 'step-wrong'],
    ['two steps ahead', rotating(2), 'step-wrong'],
    ['the code stripped', rotating(0, { stepCode: undefined }), 'step-missing'],
    ['somebody else\'s code', rotating(0, { stepKey: rotatingKey(Buffer.alloc(32, 7), Buffer.alloc(16)) }), 'step-wrong'],
    ['a step that was accepted before', rotating(0, { uses: uses({ lastStep: thisStep }) }), 'step-spent'],
    ['a step older than one accepted before', rotating(-1, { uses: uses({ lastStep: thisStep }) }), 'step-spent'],
    ['a step newer than the one accepted before', rotating(0, { uses: uses({ lastStep: thisStep - 1 }) }), undefined],
    ['the door has no zone master: the backend must judge', rotating(0, { stepKey: undefined }), undefined],
    ['no zone master, the code stripped', rotating(0, { stepKey: undefined, stepCode: undefined }), 'step-missing'],
    ['without a clock', rotating(0, { time: woke }), 'clock-unverified'],
    ['by a suspect clock', rotating(0, { time: { ...suspect, nowMs: NOON_MS } }), 'clock-unverified'],
    ['by a clock taken as it is', rotating(0, { time: woke }), undefined, { whenClockUnverified: 'grant' }],
  ],
  lockdown: [
    ['a good token in lockdown', { lockdown: true }, 'lockdown'],
    ['a bad token in lockdown keeps its own reason', { lockdown: true, claims: claims({ expiresAtS: NOON_S }) }, 'expired'],
  ],
};

for (const [rule, rows] of Object.entries(rules)) {
  for (const [situation, changes, denial, change] of rows) {
    test(`local rules, ${rule}: ${situation}: ${denial ?? 'no objection'}`, () => {
      assert.is(localDenial(facts(changes), { ...policy, ...change }), denial);
    });
  }
}

test('local rules: of several faults the first in the stated order is named', () => {
  const worst: Partial<LocalFacts> = {
    claims: claims({ doors: [ELSEWHERE], issuedAtS: NOON_S + DAY_S, notBeforeS: NOON_S + 50 * DAY_S, expiresAtS: NOON_S + 90 * DAY_S, hours: 'mornings', uses: 1, rotating: true }),
    listed: entry({ status: 'revoked', spent: 1 }), lockdown: true,
  };
  const mended: [Partial<LocalFacts['claims']>, Partial<LocalFacts>][] = [
    [{}, {}], [{ doors: [HERE] }, {}], [{ issuedAtS: NOON_S }, {}], [{ expiresAtS: NOON_S + 20 * DAY_S, notBeforeS: NOON_S + 9 * DAY_S }, {}],
    [{ notBeforeS: NOON_S - 1 }, {}], [{ hours: 'afternoons' }, {}], [{}, { listed: entry({ spent: 1 }) }], [{ uses: 2 }, {}], [{ rotating: false }, {}],
  ];
  let now = facts(worst);
  const reasons = mended.map(([claimed, known]) => {
    now = { ...now, ...known, claims: { ...now.claims, ...claimed } };
    return localDenial(now, policy);
  });
  assert.equal(reasons, ['wrong-door', 'issued-in-future', 'too-long', 'not-yet-valid', 'out-of-hours', 'revoked', 'used-up', 'step-missing', 'lockdown']);
});

const tokenId = TOKEN_ID.toString('base64url');
const useRows: [situation: string, changes: Partial<LocalFacts>, use: ReturnType<typeof useOf>][] = [
  ['an unlimited token counts nothing', {}, { tokenId, counts: 0, atMs: NOON_MS }],
  ['a limited token counts one', { claims: claims({ uses: 2 }) }, { tokenId, counts: 1, atMs: NOON_MS }],
  ['a re-entry within the grace counts nothing', { claims: claims({ uses: 2, reentryGraceS: 60 }), uses: uses({ counted: 1, lastCountedAtMs: NOON_MS - 1_000 }) }, { tokenId, counts: 0, atMs: NOON_MS }],
  ['after the grace it counts again', { claims: claims({ uses: 2, reentryGraceS: 60 }), uses: uses({ counted: 1, lastCountedAtMs: NOON_MS - 60_001 }) }, { tokenId, counts: 1, atMs: NOON_MS }],
  ['the accepted step is spent', rotating(-1), { tokenId, counts: 0, atMs: NOON_MS, step: thisStep - 1 }],
  ['without the zone master there is no step to spend', rotating(0, { stepKey: undefined }), { tokenId, counts: 0, atMs: NOON_MS }],
];
for (const [situation, changes, use] of useRows) {
  test(`use of a token: ${situation} [S3]`, () => assert.equal(useOf(facts(changes)), use));
}

test.run();
