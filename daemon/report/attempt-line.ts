import type { EventType, StoredEvent } from '../base/events.ts';
import { hintText } from '../base/scan-hint.ts';
import { denialText, unavailableText, type GrantRule } from '../base/verdict.ts';

/** One attempt at the door as the status tells it: no picture, no name, tokens by the beginning of their id [S7]. */
export interface AttemptLine {
  id: string;
  /** Wall milliseconds. */
  atMs: number;
  outcome: 'granted' | 'denied' | 'unavailable';
  text: string;
  /** The first characters of the token's id; absent for what is no token. */
  token?: string;
}

const grantText: Record<GrantRule, string> = {
  'backend': 'Let in by the backend.',
  'listed': 'Let in offline: the code is on the door\'s list.',
  'newer-than-list': 'Let in offline: the code is newer than the door\'s list.',
  'stale-list-allowed': 'Let in offline by an old list, as the config allows.',
};

/** The events that become a line. */
export const attemptTypes = ['access-granted', 'access-denied', 'access-unavailable', 'garbage-repeated', 'code-not-read', 'codes-not-read'] as const satisfies EventType[];

export function attemptLine(event: StoredEvent): AttemptLine | undefined {
  const line = (outcome: AttemptLine['outcome'], text: string, tokenId?: string): AttemptLine =>
    ({ id: event.id, atMs: event.atMs, outcome, text, ...(tokenId !== undefined && { token: tokenId.slice(0, 8) }) });
  switch (event.type) {
    case 'access-granted': return line('granted', `${grantText[event.rule]}${event.counted === 1 ? ' One use was counted.' : ''}`, event.tokenId);
    case 'access-denied': return line('denied', denialText[event.reason], event.tokenId);
    case 'access-unavailable': return line('unavailable', unavailableText[event.cause], event.tokenId);
    case 'garbage-repeated': return line('denied', `Something that is no door code was shown ${event.count} more times.`);
    case 'code-not-read': return line('unavailable', `A code was held up and not read. ${hintText[event.reason]}`);
    case 'codes-not-read': return line('unavailable', `${event.count} more times a code was held up and not read.`);
    default: return undefined;
  }
}
