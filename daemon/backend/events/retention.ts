import type { Clock } from '../../base/clock.ts';
import { ulid } from '../../base/ids.ts';
import type { SharedCommits } from '../shared-commits.ts';
import type { EventStore } from './event-store.ts';
import type { Pictures } from './pictures.ts';

/** How long what doors reported is kept, from its arrival here on; the doors have retention of their own. */
export interface EventRetention {
  readonly maxAgeDays: number;
  readonly maxMb: number;
  readonly evidenceMaxAgeH: number;
  readonly evidenceMaxMb: number;
}

export interface RetentionOptions {
  clock: Clock;
  commits: SharedCommits;
  events: EventStore;
  pictures: Pictures;
  limits: EventRetention;
}

const MB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So that a door that asks meanwhile waits for one small piece only. */
const EVENTS_AT_ONCE = 500;
const PICTURES_AT_ONCE = 50;

/** Deletes what is too old or too much [S9]; resolves when there is nothing more to delete. */
export async function deleteOld({ clock, commits, events, pictures, limits }: RetentionOptions): Promise<void> {
  const nowMs = clock.wallMs();
  const eventsBeforeMs = nowMs - limits.maxAgeDays * DAY_MS;
  const old = { beforeMs: eventsBeforeMs, maxBytes: limits.maxMb * MB, limit: EVENTS_AT_ONCE };
  while (await commits.run(() => events.prune(old)) === EVENTS_AT_ONCE);
  const oldPictures = { beforeMs: nowMs - limits.evidenceMaxAgeH * HOUR_MS, maxBytes: limits.evidenceMaxMb * MB, limit: PICTURES_AT_ONCE };
  while (await pictures.prune(oldPictures) === PICTURES_AT_ONCE);
  // Of attempts before then no event is left that would name them.
  await commits.run(() => pictures.forget(ulid(eventsBeforeMs, (length) => new Uint8Array(length))));
}
