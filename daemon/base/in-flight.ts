/** The asynchronous work a part has under way, so that stopping and replaying can wait for all of it. */
export class InFlight {
  readonly #promises = new Set<Promise<unknown>>();

  /** Keeps `promise` in sight until it ends; its failure is the caller's to handle. Returns it unchanged. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#promises.add(promise);
    const gone = (): void => void this.#promises.delete(promise);
    promise.then(gone, gone);
    return promise;
  }

  get size(): number {
    return this.#promises.size;
  }

  /** Resolves when nothing is under way, work begun meanwhile included. */
  async idle(): Promise<void> {
    while (this.#promises.size > 0) await Promise.allSettled(this.#promises);
  }
}
