import type { EventType, StoredEvent } from '../../base/events.ts';
import type { Attempt } from './api.ts';
import { attemptTypes } from '../attempt-line.ts';
import type { Attempts } from './attempts.ts';

export interface RecentAttemptsOptions {
  attempts: Pick<Attempts, 'search'>;
  log: { onStored(listener: (event: StoredEvent) => void): void };
}

const LIMIT = 20;
const CHANGES: readonly EventType[] = [...attemptTypes, 'evidence-stored', 'evidence-deleted'];

/** The last attempts with their pictures, for a status that is asked for every few seconds: looked for only when something came of one. */
export class RecentAttempts {
  readonly #attempts: Pick<Attempts, 'search'>;
  #found: Promise<Attempt[]> | undefined;

  constructor({ attempts, log }: RecentAttemptsOptions) {
    this.#attempts = attempts;
    log.onStored((event) => {
      if (CHANGES.includes(event.type)) this.#found = undefined;
    });
  }

  async newest({ withPictures }: { withPictures: boolean }): Promise<Attempt[]> {
    this.#found ??= this.#attempts.search({ limit: LIMIT }, { withPictures: true }).then(({ attempts }) => attempts);
    const found = this.#found;
    try {
      const attempts = await found;
      return withPictures ? attempts : attempts.map((attempt) => ({ ...attempt, pictures: [] }));
    } catch (thrown) {
      // What failed once is asked for anew.
      if (this.#found === found) this.#found = undefined;
      throw thrown;
    }
  }
}
