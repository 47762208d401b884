import type { Store } from './store.ts';

interface Waiting {
  work: () => unknown;
  resolve: (result: unknown) => void;
  reject: (thrown: unknown) => void;
}

/** So that no caller waits for more than so many others' work [S9]. */
const MOST_AT_ONCE = 256;

/**
 * Lets pieces of work that wait at the same time share one durable commit: a commit costs a disk flush, a piece of work
 * far less. Nobody is answered before the commit that holds its work.
 */
export class SharedCommits {
  readonly #store: Store;
  #waiting: Waiting[] = [];
  #scheduled = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Runs `work` (synchronous, its own transactions nest) and resolves with its result once that is on disk. What it
   * throws undoes its own changes alone and rejects; a commit that fails rejects all that were in it.
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (result: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Requests read in one turn of the loop are in one commit. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const batch = this.#waiting.splice(0, MOST_AT_ONCE);
      if (this.#waiting.length > 0) this.#schedule();
      this.#commit(batch);
    });
  }

  #commit(batch: Waiting[]): void {
    try {
      const settle = this.#store.transaction(() => batch.map((one) => this.#outcome(one))).immediate();
      for (const done of settle) done();
    } catch (thrown) {
      for (const { reject } of batch) reject(thrown);
    }
  }

  /** Runs one piece of work in a savepoint of its own; returns how to tell its caller after the commit. */
  #outcome({ work, resolve, reject }: Waiting): () => void {
    try {
      const result = this.#store.transaction(work)();
      return () => resolve(result);
    } catch (thrown) {
      return () => reject(thrown);
    }
  }
}
