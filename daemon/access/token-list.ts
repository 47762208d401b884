import { closeSync, openSync, readSync } from 'node:fs';
import { messageOf, PosternError } from '../base/errors.ts';
import { compareIds, decodeEntry, LIST_ENTRY_BYTES, LIST_ID_BYTES } from '../base/token-list-entry.ts';
import type { ListEntry, ListHead, UnverifiedList } from '../base/token-list-file.ts';

/** Entries between two fences: one read of the file, 4864 bytes. */
export const FENCE_EVERY = 256;

/**
 * Looks tokens up in a verified list file without loading it.
 *
 * In memory are only the *fences*, the id of every 256th entry (62 kB for a million tokens): they say where
 * in the file an id would be, so that a look-up is one read, from the kernel's page cache as a rule, from the card at
 * worst. The file is held open: when a newer one is renamed over it, this reader goes on with the old one.
 */
export class TokenListReader {
  readonly head: ListHead;
  /** The list key that signed it, 4 bytes. */
  readonly keyId: Uint8Array;
  readonly #fd: number;
  readonly #entriesAt: number;
  readonly #fences: Uint8Array;
  readonly #block = Buffer.alloc(FENCE_EVERY * LIST_ENTRY_BYTES);
  #closed = false;

  private constructor(fd: number, list: UnverifiedList, fences: Uint8Array) {
    this.#fd = fd;
    this.head = list.head;
    this.keyId = list.keyId;
    this.#entriesAt = list.entriesAt;
    this.#fences = fences;
  }

  /** `list` and `fences` come from the check of this very file. Throws PosternError('storage'). */
  static open(path: string, list: UnverifiedList, fences: Uint8Array): TokenListReader {
    try {
      return new TokenListReader(openSync(path, 'r'), list, fences);
    } catch (thrown) {
      throw unreadable(thrown);
    }
  }

  /** The entry of a token of 16 bytes. Throws PosternError('storage') when the file cannot be read. */
  lookUp(tokenId: Uint8Array): ListEntry | undefined {
    const block = lastFenceAtOrBefore(this.#fences, tokenId);
    if (block < 0) return undefined;
    const entries = this.#read(block * FENCE_EVERY, Math.min(FENCE_EVERY, this.head.count - block * FENCE_EVERY));
    const at = placeOf(tokenId, entries);
    return at === undefined ? undefined : decodeEntry(entries, at);
  }

  /** Calling it again is harmless. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }

  #read(first: number, count: number): Buffer {
    const length = count * LIST_ENTRY_BYTES;
    try {
      const read = readSync(this.#fd, this.#block, 0, length, this.#entriesAt + first * LIST_ENTRY_BYTES);
      if (read !== length) throw new Error(`the file ends after ${read} of ${length} bytes`);
    } catch (thrown) {
      throw unreadable(thrown);
    }
    return this.#block.subarray(0, length);
  }
}

/** The index of the last fence whose id is not after `id`; -1 when all are. */
function lastFenceAtOrBefore(fences: Uint8Array, id: Uint8Array): number {
  let low = 0;
  let high = fences.length / LIST_ID_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIds(fences, middle * LIST_ID_BYTES, id, 0) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where the entry of `id` begins in a block of sorted entries. */
function placeOf(id: Uint8Array, entries: Uint8Array): number | undefined {
  let low = 0;
  let high = entries.length / LIST_ENTRY_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareIds(entries, middle * LIST_ENTRY_BYTES, id, 0);
    if (order === 0) return middle * LIST_ENTRY_BYTES;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

function unreadable(thrown: unknown): PosternError {
  return new PosternError('storage', `The token list cannot be read: ${messageOf(thrown)}.`, { cause: thrown, transient: true });
}
