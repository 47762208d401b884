import { z } from 'zod';
import type { AttemptSearch } from './api.ts';
import type { AttemptLine } from '../attempt-line.ts';

const count = (least: number, most: number): z.ZodType<number> => z.string().regex(/^\d{1,16}$/, 'must be a whole number').transform(Number).pipe(z.number().min(least).max(most));
const moment = count(0, 8_640_000_000_000_000);

/** The query of a search as it is sent: every value a text. */
export const searchQuery = z.strictObject({
  outcome: z.enum(['granted', 'denied', 'unavailable']).optional(),
  reason: z.string().regex(/^[a-z-]{1,40}$/, 'must be one of the reasons of api/outcomes').optional(),
  token: z.string().regex(/^[A-Za-z0-9_-]{1,22}$/, 'must be the beginning of a token\'s id: 1 to 22 letters, digits, - or _').optional(),
  fromMs: moment.optional(),
  toMs: moment.optional(),
  text: z.string().max(100).optional(),
  before: count(1, Number.MAX_SAFE_INTEGER).optional(),
  limit: count(1, 100).optional(),
});

/** The fields that say which; those that say where and how many are the walk's. */
export type AttemptFilter = Pick<AttemptSearch, 'outcome' | 'reason' | 'fromMs' | 'toMs' | 'text'>;

/** Whether all that is asked for holds. The token is told of the event, for a line has only its beginning. */
export function isSought(line: AttemptLine, filter: AttemptFilter): boolean {
  const { outcome, reason, fromMs = 0, toMs = Infinity, text = '' } = filter;
  if (outcome !== undefined && line.outcome !== outcome) return false;
  if (reason !== undefined && line.reason !== reason) return false;
  if (line.atMs < fromMs || line.atMs >= toMs) return false;
  const told = `${line.text} ${line.outcome} ${line.reason} ${line.token ?? ''}`.toLowerCase();
  return wordsOf(text).every((word) => told.includes(word));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== '');
}
