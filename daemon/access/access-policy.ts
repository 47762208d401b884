import type { Schedule } from '../base/schedule.ts';

/** What a door's owner decides about its rules; the words are those of the config. */
export interface AccessPolicy {
  /** A token that is valid for longer than this from its issue is denied, whoever signed it. */
  readonly maxTokenDays: number;
  /** How old the list may be while the door decides by it. */
  readonly maxListAgeMs: number;
  /** Offline, for a token that was issued too late to be on the list. */
  readonly whenNewerThanList: 'grant' | 'deny';
  /** Offline, while there is no list that is fresh. */
  readonly whenListStale: 'grant' | 'deny';
  /** While the clock is not believed; `grant` takes it as it is. */
  readonly whenClockUnverified: 'grant' | 'deny';
  /** Codes that are no tokens: denied, or asked of the backend as they are. */
  readonly foreignCodes: 'deny' | 'online';
  readonly timeZone: string;
  readonly schedules: Readonly<Record<string, Schedule>>;
}
