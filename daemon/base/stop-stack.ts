/** What has been started, to be stopped in the reverse order, also when a later part does not start. */
export class StopStack {
  readonly #stops: (() => Promise<void> | void)[] = [];

  push(stop: () => Promise<void> | void): void {
    this.#stops.push(stop);
  }

  /** Stops everything, each part whatever became of the others; throws the first failure at the end. */
  async stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) {
      try {
        await stop();
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
