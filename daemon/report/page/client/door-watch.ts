import type { Stats, Status } from '../api.ts';
import type { DoorApi } from './door-api.ts';

export interface DoorWatchOptions {
  api: DoorApi;
  onStatus: (status: Status) => void;
  onStats: (stats: Stats) => void;
  /** No answer came. */
  onLost: () => void;
  /** The door answers again, or the reader came back to the page: whoever was logged in may not be any more. */
  onBack: () => void;
}

const EVERY_MS = 2_000;
/** Nobody looks: the title and an alarm in it are all there is to keep. */
const HIDDEN_EVERY_MS = 10_000;
const STATS_EVERY_MS = 30_000;
const STATS_DAYS = 14;

/** Asks for the door's status again and again, whatever happens, for as long as the page is open. */
export class DoorWatch {
  readonly #o: DoorWatchOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLost = false;
  #newestAttempt = 0;
  #statsDueMs = 0;
  /** Of several rounds that overlap the last one goes on. */
  #round = 0;

  constructor(options: DoorWatchOptions) {
    this.#o = options;
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible') return;
      this.#o.onBack();
      this.now();
    });
  }

  /** Asks at once, and goes on from there. */
  now(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
    void this.#ask(this.#round);
  }

  /** Asks for today's numbers at the next turn. */
  wantStats(): void {
    this.#statsDueMs = 0;
  }

  async #ask(round: number): Promise<void> {
    const answer = await this.#o.api.status();
    if (round !== this.#round) return;
    if (answer.kind === 'answer') {
      if (this.#isLost) this.#o.onBack();
      this.#isLost = false;
      await this.#askStats(answer.body);
      if (round !== this.#round) return;
      this.#o.onStatus(answer.body);
    } else if (answer.kind === 'lost' || answer.status >= 500) {
      this.#isLost = true;
      this.#o.onLost();
    }
    this.#timer = setTimeout(() => this.now(), document.visibilityState === 'visible' ? EVERY_MS : HIDDEN_EVERY_MS);
  }

  /** When someone came, or now and then; before the first status, for the door's time zone is in them. */
  async #askStats({ attempts: [newest] }: Status): Promise<void> {
    const seq = newest?.seq ?? 0;
    if (performance.now() < this.#statsDueMs && seq === this.#newestAttempt) return;
    const answer = await this.#o.api.stats(STATS_DAYS);
    if (answer.kind !== 'answer') return;
    this.#newestAttempt = seq;
    this.#statsDueMs = performance.now() + STATS_EVERY_MS;
    this.#o.onStats(answer.body);
  }
}
