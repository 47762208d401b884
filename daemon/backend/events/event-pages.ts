import { z } from 'zod';
import { PageKey, pageSize } from '../http/paging.ts';

const USUAL_PAGE = 100;
const LARGEST_PAGE = 1_000;

/** Where a page of events ended; the same for every call that lists them. */
export const eventsPageKey = new PageKey('events', z.strictObject({ atMs: z.int().min(0), row: z.int().min(0) }));

/** How many events an answer has at most, where so many were asked for. */
export function eventsPageSize(asked: number | undefined): number {
  return pageSize(asked ?? USUAL_PAGE, LARGEST_PAGE);
}
