import { ApiError } from '../http/api-error.ts';
import type { Place } from './event-slices.ts';

/** Where a page of events ended, as `lastEvaluatedKey`. */
export function pageKey({ atMs, row }: Place): string {
  return `${atMs}.${row}`;
}

/** Throws ApiError(400 'page-key-bad'). */
export function placeOf(key: string | null | undefined): Place | undefined {
  if (key === null || key === undefined) return undefined;
  const [, atMs, row] = /^(\d{1,16})\.(\d{1,15})$/.exec(key) ?? [];
  if (atMs === undefined || row === undefined) throw new ApiError(400, 'page-key-bad', 'lastEvaluatedKey is not one that an answer carried. Leave it out for the first page.');
  return { atMs: Number(atMs), row: Number(row) };
}
