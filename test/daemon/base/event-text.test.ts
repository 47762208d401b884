import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventText } from '../../../daemon/base/event-text.ts';
import type { EventDraft, EventType } from '../../../daemon/base/events.ts';
import { denialText, unavailableText, type DenialReason, type UnavailableCause } from '../../../daemon/base/verdict.ts';

const TOKEN = '_57FZpiWOeDu5wJ4z4J3EQ';
const attempt = { attemptId: '01KJQ9V2M0ABCDEFGHJKMNPQRS', tokenId: TOKEN };

/** One of each type: the compiler asks for those that are missing. */
const specimens: { [Type in EventType]: Extract<EventDraft, { type: Type }> } = {
  'daemon-started': { type: 'daemon-started', version: '1.0.0', cleanStop: false },
  'daemon-stopped': { type: 'daemon-stopped', reason: 'SIGTERM' },
  'access-asked': { type: 'access-asked', ...attempt },
  'access-granted': { type: 'access-granted', ...attempt, source: 'offline', rule: 'listed', extended: false, counted: 1 },
  'access-denied': { type: 'access-denied', ...attempt, source: 'local', reason: 'expired' },
  'access-unavailable': { type: 'access-unavailable', ...attempt, cause: 'storage' },
  'garbage-repeated': { type: 'garbage-repeated', digest: 'd1', count: 41, sinceMs: 0 },
  'code-not-read': { type: 'code-not-read', attemptId: attempt.attemptId, reason: 'come-closer', forMs: 2_400 },
  'codes-not-read': { type: 'codes-not-read', count: 12, sinceMs: 0 },
  'late-answer': { type: 'late-answer', ...attempt, answer: 'denied: revoked' },
  'door-released': { type: 'door-released', cause: 'token', forMs: 5_000 },
  'door-relocked': { type: 'door-relocked', why: 'time' },
  'door-opened': { type: 'door-opened' },
  'door-closed': { type: 'door-closed' },
  'door-forced': { type: 'door-forced' },
  'door-held-open-soon': { type: 'door-held-open-soon' },
  'door-held-open': { type: 'door-held-open' },
  'door-secured': { type: 'door-secured', after: 'held-open' },
  'exit-requested': { type: 'exit-requested' },
  'rex-stuck': { type: 'rex-stuck' },
  'rex-freed': { type: 'rex-freed' },
  'lockdown-started': { type: 'lockdown-started', by: 'the guard' },
  'lockdown-ended': { type: 'lockdown-ended', by: 'the admin' },
  'passage-started': { type: 'passage-started', by: 'hours', untilMs: Date.parse('2026-03-02T17:30:00Z') },
  'passage-ended': { type: 'passage-ended', why: 'time' },
  'user-logged-in': { type: 'user-logged-in', by: 'user:ada', from: '192.0.2.7' },
  'login-failed': { type: 'login-failed', from: '192.0.2.7' },
  'logins-failed': { type: 'logins-failed', from: '192.0.2.7', count: 41, sinceMs: 0 },
  'installer-mode-started': { type: 'installer-mode-started', by: 'user:ada', untilMs: Date.parse('2026-03-02T17:30:00Z') },
  'installer-mode-ended': { type: 'installer-mode-ended', why: 'time' },
  'pass-issued': { type: 'pass-issued', by: 'user:ada', tokenId: TOKEN },
  'tamper-started': { type: 'tamper-started' },
  'tamper-ended': { type: 'tamper-ended' },
  'relay-failed': { type: 'relay-failed', detail: 'it is welded' },
  'relay-recovered': { type: 'relay-recovered' },
  'command-refused': { type: 'command-refused', command: 'unlock', reason: 'retained' },
  'commands-refused': { type: 'commands-refused', reason: 'retained', count: 4, sinceMs: 0 },
  'picture-asked': { type: 'picture-asked', attemptId: attempt.attemptId, by: 'key 0badcafe' },
  'evidence-stored': { type: 'evidence-stored', attemptId: attempt.attemptId, pictures: [] },
  'evidence-failed': { type: 'evidence-failed', attemptId: attempt.attemptId, detail: 'the disk is full' },
  'evidence-deleted': { type: 'evidence-deleted', files: 3, why: 'age', throughMs: 0 },
  'log-pruned': { type: 'log-pruned', throughSeq: 900, throughHash: 'aa' },
  'key-set-accepted': { type: 'key-set-accepted', version: 4 },
  'key-set-refused': { type: 'key-set-refused', detail: 'an older version' },
  'list-accepted': { type: 'list-accepted', version: 12, entries: 250_000 },
  'list-refused': { type: 'list-refused', detail: 'a wrong signature' },
  'list-stale': { type: 'list-stale', ageMs: 86_400_000 },
  'clock-changed': { type: 'clock-changed', trust: 'suspect' },
  'part-failed': { type: 'part-failed', part: 'camera', detail: 'it was unplugged' },
  'part-recovered': { type: 'part-recovered', part: 'camera' },
};

for (const draft of Object.values(specimens)) {
  test(`${draft.type} is one sentence without anything undefined, and [S7] without the token's whole id`, () => {
    const text = eventText(draft);
    assert.match(text, /^[A-Z0-9].*[.:!a-z]$/);
    assert.not.match(text, /undefined|null|NaN|\[object|\n|\.\.$/);
    assert.not.ok(text.includes(TOKEN));
  });
}

test('a denial and a missing verdict say why, in the words that stand for each reason', () => {
  for (const reason of Object.keys(denialText) as DenialReason[]) {
    assert.is(eventText({ type: 'access-denied', attemptId: 'A', source: 'local', reason }), `Denied: ${denialText[reason]}`);
    assert.is(eventText({ type: 'access-denied', ...attempt, source: 'local', reason }), `Denied to token _57FZpiW…: ${denialText[reason]}`);
  }
  for (const cause of Object.keys(unavailableText) as UnavailableCause[]) {
    assert.is(eventText({ type: 'access-unavailable', attemptId: 'A', cause }), `No verdict: ${unavailableText[cause]}`);
  }
});

test('times are said as people say them', () => {
  assert.is(eventText(specimens['door-released']), 'The door was released for 5 s (a code).');
  assert.is(eventText({ ...specimens['door-released'], cause: 'rex', forMs: 1_500 }), 'The door was released for 1.5 s (a request to exit).');
  assert.is(eventText({ ...specimens['door-released'], cause: 'command', by: 'reception' }), 'The door was released for 5 s (a command by reception).');
  assert.is(eventText(specimens['passage-started']), 'Passage was started by hours, until 2026-03-02 17:30.');
});

test('alarms are told apart at a glance', () => {
  const alarms = Object.values(specimens).filter((draft) => eventText(draft).startsWith('ALARM')).map(({ type }) => type);
  assert.equal(alarms, ['door-forced', 'door-held-open', 'rex-stuck', 'tamper-started', 'relay-failed', 'list-stale']);
});

test.run();
