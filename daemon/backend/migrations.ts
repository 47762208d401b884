import { first } from './migrations/1-first.ts';
import { callers } from './migrations/2-callers.ts';
import { codes } from './migrations/3-codes.ts';
import { lists } from './migrations/4-lists.ts';
import { events } from './migrations/5-events.ts';
import { passes } from './migrations/6-passes.ts';
import { queries } from './migrations/7-queries.ts';

/** The database's history: each entry brings it one version further. Once released an entry is never changed, only followed by another. */
export const migrations: readonly string[] = [first, callers, codes, lists, events, passes, queries];
