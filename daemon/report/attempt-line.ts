import type { EventType, StoredEvent } from '../base/events.ts';
import { hintText } from '../base/scan-hint.ts';
import { denialText, unavailableText, type GrantRule } from '../base/verdict.ts';
import type { Attempt, OutcomeWords } from './page/api.ts';

/** An attempt without its pictures: no name, tokens by the beginning of their id [S7]. */
export type AttemptLine = Omit<Attempt, 'pictures'>;

const grantText: Record<GrantRule, string> = {
  'backend': 'Let in by the backend.',
  'listed': 'Let in offline: the code is on the door\'s list.',
  'newer-than-list': 'Let in offline: the code is newer than the door\'s list.',
  'stale-list-allowed': 'Let in offline by an old list, as the config allows.',
};

/** The events that become a line. */
export const attemptTypes = ['access-granted', 'access-denied', 'access-unavailable', 'garbage-repeated', 'code-not-read', 'codes-not-read'] as const satisfies EventType[];

export function attemptLine(event: StoredEvent): AttemptLine | undefined {
  const line = (outcome: AttemptLine['outcome'], reason: string, text: string, tokenId?: string): AttemptLine =>
    ({ seq: event.seq, id: idOf(event), atMs: event.atMs, outcome, reason, text, ...(tokenId !== undefined && { token: tokenId.slice(0, 8) }) });
  switch (event.type) {
    case 'access-granted': return line('granted', event.rule, `${grantText[event.rule]}${event.counted === 1 ? ' One use was counted.' : ''}`, event.tokenId);
    case 'access-denied': return line('denied', event.reason, denialText[event.reason], event.tokenId);
    case 'access-unavailable': return line('unavailable', event.cause, unavailableText[event.cause], event.tokenId);
    case 'garbage-repeated': return line('denied', 'garbage', `Something that is no door code was shown ${event.count} more times.`);
    case 'code-not-read': return line('unavailable', event.reason, `A code was held up and not read. ${hintText[event.reason]}`);
    case 'codes-not-read': return line('unavailable', 'not-readable', `${event.count} more times a code was held up and not read.`);
    default: return undefined;
  }
}

/** The attempt's own, by which its pictures are kept; of what sums up many, the event's. */
function idOf(event: StoredEvent): string {
  return 'attemptId' in event ? event.attemptId : event.id;
}

/** Every reason there is, for whoever searches. */
export const outcomeWords: OutcomeWords = {
  reasons: [
    ...wordsOf('granted', grantText),
    ...wordsOf('denied', denialText),
    ...wordsOf('unavailable', unavailableText),
    ...wordsOf('unavailable', hintText),
  ],
};

function wordsOf(outcome: Attempt['outcome'], texts: Record<string, string>): OutcomeWords['reasons'] {
  return Object.entries(texts).map(([reason, text]) => ({ outcome, reason, text }));
}
