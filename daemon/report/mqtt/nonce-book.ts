import { z } from 'zod';
import type { DurableState } from '../../base/durable-state.ts';
import { PosternError } from '../../base/errors.ts';
import { MAX_AGE_MS, type CommandRefusal } from './command-rules.ts';

const KEY = 'mqtt-commands-used';
/** In twice the age a command may have, far fewer can be carried out [S9]. */
const MAX_KEPT = 1_000;

const bookSchema = z.object({ newestMs: z.number(), used: z.array(z.tuple([z.string(), z.number()])) });
type Book = z.output<typeof bookSchema>;

/**
 * Which signed commands were used. [S8] One is used once: it is written down before it is carried out, and what is too old to be
 * in the book is told by its time, which counts by the newest command used and not by the clock, for a clock can be set back.
 */
export class NonceBook {
  readonly #state: DurableState;
  #book: Book;

  constructor(state: DurableState) {
    this.#state = state;
    this.#book = bookSchema.safeParse(state.get(KEY)).data ?? { newestMs: 0, used: [] };
  }

  /** Resolves when the use would survive a power cut, or to why there is none. */
  async use(nonce: string, atMs: number): Promise<CommandRefusal | undefined> {
    const { newestMs, used } = this.#book;
    const floorMs = Math.max(newestMs, atMs) - 2 * MAX_AGE_MS;
    if (atMs < floorMs) return 'expired';
    const kept = used.filter(([, usedAtMs]) => usedAtMs >= floorMs);
    if (kept.some(([known]) => known === nonce)) return 'replayed';
    if (kept.length >= MAX_KEPT) return 'too-many';
    // In memory first: what could not be stored is not used a second time in this run either.
    this.#book = { newestMs: Math.max(newestMs, atMs), used: [...kept, [nonce, atMs]] };
    try {
      await this.#state.set(KEY, this.#book);
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      return 'not-stored';
    }
  }
}
