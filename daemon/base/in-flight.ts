/** The asynchronous work a part has under way, so that stopping and replaying can wait for all of it. */
export class InFlight {
  readonly #promises = new Set<Promise<unknown>>();

  /** Keeps `promise` in sight until it ends. What it returns fails as `promise` does: a failure nobody handles is a bug and shows as one. */
  track<T>(promise: Promise<T>): Promise<T> {
    const ended = promise.then(() => undefined, () => undefined);
    this.#promises.add(ended);
    return promise.finally(() => this.#promises.delete(ended));
  }

  get size(): number {
    return this.#promises.size;
  }

  /** Resolves when nothing is under way, work begun meanwhile included, and whoever waited for it has gone on. */
  async idle(): Promise<void> {
    while (this.#promises.size > 0) {
      await Promise.all(this.#promises);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
