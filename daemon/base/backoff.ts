export interface BackoffOptions {
  firstMs: number;
  maxMs: number;
  /** 0 ≤ r < 1; injected so that tests are exact. */
  random?: () => number;
}

/** Waiting times that double from `firstMs` to `maxMs`, each drawn from its upper half so that a fleet spreads out. */
export class Backoff {
  #next: number;
  readonly #options: BackoffOptions;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#next = options.firstMs;
  }

  nextMs(): number {
    const ceiling = this.#next;
    this.#next = Math.min(ceiling * 2, this.#options.maxMs);
    return ceiling * (0.5 + (this.#options.random ?? Math.random)() / 2);
  }

  reset(): void {
    this.#next = this.#options.firstMs;
  }
}
