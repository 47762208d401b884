import { ApiError } from '../base/http/api-error.ts';
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
  readonly #onCommitted: (works: number) => void;
  readonly #statements: Record<'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollbackTo', { run(): unknown }>;
  #waiting: Waiting[] = [];
  /** Numbers of works whose preparation is under way, in the order in which they were announced. */
  readonly #preparing = new Set<number>();
  #announced = 0;
  #isPlanned = false;
  /** The planned commit waits for preparations up to this one; undefined before its turn has come. */
  #waitsFor: number | undefined;
  #isClosed = false;

  /** `onCommitted` is told after each commit how many pieces of work were in it. */
  constructor(store: Store, onCommitted: (works: number) => void = () => undefined) {
    this.#store = store;
    this.#onCommitted = onCommitted;
    this.#statements = {
      begin: store.prepare('BEGIN IMMEDIATE'),
      commit: store.prepare('COMMIT'),
      rollback: store.prepare('ROLLBACK'),
      savepoint: store.prepare('SAVEPOINT one'),
      release: store.prepare('RELEASE one'),
      rollbackTo: store.prepare('ROLLBACK TO one'),
    };
  }

  /**
   * Runs `work` (synchronous, its own transactions nest) and resolves with its result once that is on disk. What it
   * throws undoes its own changes alone and rejects; a commit that fails rejects all that were in it, and nothing of them stays.
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#isClosed) return reject(new ApiError(503, 'stopping', 'The backend is being stopped. Try again when it is back.', { headers: { 'retry-after': '5' } }));
      this.#waiting.push({ work, resolve: resolve as (result: unknown) => void, reject });
      this.#schedule();
    });
  }

  /**
   * As `run`, for work that needs something first which takes a moment elsewhere and surely ends. What was being prepared
   * when the next commit was planned comes into it: otherwise each would come by itself, to a commit of its own.
   */
  async runAfter<P, T>(preparation: Promise<P>, work: (prepared: P) => T): Promise<T> {
    const number = ++this.#announced;
    this.#preparing.add(number);
    const over = (): void => {
      this.#preparing.delete(number);
      this.#commitWhenReady();
    };
    const waiting = preparation.then((prepared) => {
      const done = this.run(() => work(prepared));
      over();
      // Not the promise itself, which would be waited for.
      return { done };
    }, (thrown: unknown) => {
      over();
      throw thrown;
    });
    return (await waiting).done;
  }

  /** Commits what waits; whoever comes later is refused. */
  close(): void {
    this.#isClosed = true;
    while (this.#waiting.length > 0) this.#commit(this.#waiting.splice(0, MOST_AT_ONCE));
  }

  /** Requests read in one turn of the loop are in one commit. */
  #schedule(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#waitsFor = this.#announced;
      this.#commitWhenReady();
    });
  }

  /** Whatever is announced later is not waited for: a commit is never put off twice. */
  #commitWhenReady(): void {
    const [oldest = Infinity] = this.#preparing;
    if (this.#waitsFor === undefined || oldest <= this.#waitsFor) return;
    this.#waitsFor = undefined;
    this.#isPlanned = false;
    const batch = this.#waiting.splice(0, MOST_AT_ONCE);
    if (this.#waiting.length > 0) this.#schedule();
    if (batch.length > 0) this.#commit(batch);
  }

  #commit(batch: Waiting[]): void {
    const { begin, commit, rollback } = this.#statements;
    try {
      begin.run();
      const settle = batch.map((one) => this.#outcome(one));
      commit.run();
      for (const done of settle) done();
    } catch (thrown) {
      if (this.#store.inTransaction) rollback.run();
      for (const { reject } of batch) reject(thrown);
      return;
    }
    this.#onCommitted(batch.length);
  }

  /** Runs one piece of work in a savepoint of its own; returns how to tell its caller after the commit. */
  #outcome({ work, resolve, reject }: Waiting): () => void {
    const { savepoint, release, rollbackTo } = this.#statements;
    savepoint.run();
    try {
      const result = work();
      release.run();
      return () => resolve(result);
    } catch (thrown) {
      // A full or failing disk makes SQLite end the whole transaction: nothing of the others is left to commit either.
      if (!this.#store.inTransaction) throw thrown;
      rollbackTo.run();
      release.run();
      return () => reject(thrown);
    }
  }
}
