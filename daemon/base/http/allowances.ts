import type { Clock } from '../clock.ts';

export interface AllowancesOptions {
  clock: Pick<Clock, 'monotonicMs'>;
  /** [S9] How many names are remembered; whoever has been quiet for longest is forgotten first. */
  mostNames: number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/** How often each of many may do something: a token bucket a name, in memory. */
export class Allowances {
  readonly #o: AllowancesOptions;
  /** The one used last comes last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: AllowancesOptions) {
    this.#o = options;
  }

  /** Takes one of `perMinute`, of which up to `atOnce` may be saved up. False, and nothing is taken, when none is left. */
  take(name: string, perMinute: number, atOnce = perMinute): boolean {
    const bucket = this.#filled(name, perMinute, atOnce);
    const isLeft = bucket.left >= 1;
    if (isLeft) bucket.left -= 1;
    this.#remember(name, bucket);
    return isLeft;
  }

  /** Gives back one that was taken for what turned out not to count. */
  giveBack(name: string, perMinute: number, atOnce = perMinute): void {
    const { left, atMs } = this.#filled(name, perMinute, atOnce);
    this.#remember(name, { left: Math.min(atOnce, left + 1), atMs });
  }

  /** Whole seconds until one is left, at least 1 where none is; 0 where one is. */
  waitS(name: string, perMinute: number, atOnce = perMinute): number {
    const { left } = this.#filled(name, perMinute, atOnce);
    return left >= 1 ? 0 : Math.ceil(((1 - left) / perMinute) * 60);
  }

  #filled(name: string, perMinute: number, atOnce: number): Bucket {
    const nowMs = this.#o.clock.monotonicMs();
    const bucket = this.#buckets.get(name) ?? { left: atOnce, atMs: nowMs };
    return { left: Math.min(atOnce, bucket.left + ((nowMs - bucket.atMs) / 60_000) * perMinute), atMs: nowMs };
  }

  #remember(name: string, bucket: Bucket): void {
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > this.#o.mostNames) this.#buckets.delete(this.#buckets.keys().next().value as string);
  }
}
