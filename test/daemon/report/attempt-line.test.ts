import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { denialText, unavailableText } from '../../../daemon/base/verdict.ts';
import type { EventDraft, StoredEvent } from '../../../daemon/base/events.ts';
import { attemptLine } from '../../../daemon/report/attempt-line.ts';

const TOKEN = 'EBESExQVFhcYGRobHB0eHw';
const stored = (draft: EventDraft): StoredEvent => ({ ...draft, seq: 1, id: '01J0000000000000000000000A', atMs: 5, doorUuid: 'x', clock: 'verified', prevHash: '', hash: '' });
const textOf = (draft: EventDraft): string | undefined => attemptLine(stored(draft))?.text;
const granted = { type: 'access-granted', attemptId: 'a', tokenId: TOKEN, extended: false } as const;

test('someone who was let in: by whom, and whether it counted', () => {
  assert.equal(attemptLine(stored({ ...granted, source: 'online', rule: 'backend', counted: 1 })), {
    seq: 1, id: 'a', atMs: 5, outcome: 'granted', reason: 'backend', text: 'Let in by the backend. One use was counted.', token: 'EBESExQV',
  });
  assert.is(textOf({ ...granted, source: 'offline', rule: 'listed', counted: 0 }), 'Let in offline: the code is on the door\'s list.');
});

test('someone who was not let in: the reason in the visitor\'s own words', () => {
  assert.is(textOf({ type: 'access-denied', attemptId: 'a', tokenId: TOKEN, source: 'local', reason: 'expired' }), denialText.expired);
  assert.is(textOf({ type: 'access-unavailable', attemptId: 'a', cause: 'storage' }), unavailableText.storage);
  assert.is(textOf({ type: 'garbage-repeated', digest: 'd', count: 14, sinceMs: 0 }), 'Something that is no door code was shown 14 more times.');
});

test('what is no attempt has no line', () => {
  assert.is(attemptLine(stored({ type: 'door-opened' })), undefined);
});

test.run();
