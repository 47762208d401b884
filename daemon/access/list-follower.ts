import type { Clock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { DeltaUse } from './delta-use.ts';
import type { IssuerDownload } from './issuer-download.ts';
import type { TokenListStore } from './token-list-store.ts';

export interface ListFollowerOptions {
  download: IssuerDownload;
  lists: TokenListStore;
  clock: Clock;
  log: Logger;
}

/** What speaks against a delta and not against the full list. */
const NO_GOOD_DELTA: ReadonlySet<string> = new Set(['delta-refused', 'list-refused', 'list-too-long']);

/** Brings the list in hand to the backend's newest: by a delta where there is one that fits, else by the full list. */
export class ListFollower {
  readonly #o: ListFollowerOptions;
  readonly #deltas: DeltaUse;
  /** Of the last delta from that version: that it leads nowhere. */
  #deltaTag: { version: number; etag: string } | undefined;
  /** Of the full list that was accepted; what was refused is fetched again. */
  #listTag: string | undefined;

  constructor(options: ListFollowerOptions) {
    this.#o = options;
    this.#deltas = new DeltaUse(options.clock);
  }

  /** Rejects PosternError('backend-away', 'list-refused', 'list-too-long', 'storage'); then the list in hand stands. */
  async follow(signal: AbortSignal): Promise<'accepted' | 'same'> {
    return await this.#byDelta(signal) ?? await this.#byFullList(signal);
  }

  /** Undefined when it takes the full list: there is no delta, it does not fit, or it leads to a list that this door does not take. */
  async #byDelta(signal: AbortSignal): Promise<'accepted' | 'same' | undefined> {
    const version = this.#o.lists.reader?.head.version;
    if (version === undefined || !this.#deltas.isWorthwhile) return undefined;
    try {
      const known = this.#deltaTag?.version === version ? this.#deltaTag.etag : undefined;
      const fetched = await this.#o.download.delta(version, known, signal);
      if (fetched === 'none') return void this.#deltas.miss();
      const outcome = fetched === 'same' ? 'same' : await this.#o.lists.offerDelta(fetched.body);
      if (fetched !== 'same') this.#deltaTag = outcome === 'same' && fetched.etag !== undefined ? { version, etag: fetched.etag } : undefined;
      this.#deltas.hit();
      return outcome;
    } catch (thrown) {
      if (!(thrown instanceof PosternError) || !NO_GOOD_DELTA.has(thrown.code)) throw thrown;
      if (this.#deltas.miss(thrown.message)) this.#o.log.warn(`The full list is fetched: ${thrown.message}`);
      return undefined;
    }
  }

  async #byFullList(signal: AbortSignal): Promise<'accepted' | 'same'> {
    const fetched = await this.#o.download.list(this.#o.lists.reader && this.#listTag, signal);
    const outcome = fetched ? await this.#o.lists.offer(fetched.body) : 'same';
    if (fetched) this.#listTag = fetched.etag;
    return outcome;
  }
}
