import { createHash } from 'node:crypto';
import { PosternError } from './errors.ts';
import { LIST_ENTRY_BYTES, orderProblem } from './token-list-entry.ts';
import type { UnverifiedList } from './token-list-file.ts';

/** Checks the entries of a list as they stream by, in chunks of any size, against its head, verified before. */
export class EntriesCheck {
  readonly #count: number;
  readonly #digest: Uint8Array;
  readonly #hash = createHash('sha256');
  /** The last whole entry seen. */
  #last: Uint8Array | undefined;
  /** The beginning of an entry that a chunk cut. */
  #rest = new Uint8Array(0);
  #seen = 0;

  constructor(list: Pick<UnverifiedList, 'head' | 'entriesDigest'>) {
    this.#count = list.head.count;
    this.#digest = list.entriesDigest;
  }

  /** Throws PosternError('list-refused') at the first entry that is out of order, of unknown status or one too many. */
  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % LIST_ENTRY_BYTES);
    this.#seen += whole / LIST_ENTRY_BYTES;
    if (this.#seen > this.#count) throw refused('it has more entries than its head says');
    const problem = orderProblem(bytes.subarray(0, whole), this.#last);
    if (problem) throw refused(problem);
    // Copies: the caller may read its next chunk into the same memory.
    if (whole > 0) this.#last = new Uint8Array(bytes.subarray(whole - LIST_ENTRY_BYTES, whole));
    this.#rest = new Uint8Array(bytes.subarray(whole));
  }

  /** Throws PosternError('list-refused') unless exactly the signed entries have gone by. */
  finish(): void {
    if (this.#rest.length > 0 || this.#seen !== this.#count) throw refused('it does not have the entries its head says');
    if (Buffer.compare(this.#hash.digest(), this.#digest) !== 0) throw refused('its entries are not those that were signed');
  }
}

function refused(why: string): PosternError {
  return new PosternError('list-refused', `The token list was refused: ${why}.`);
}
