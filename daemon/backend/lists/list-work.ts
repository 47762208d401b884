import type { ListEdits } from '../../base/token-list-edits.ts';
import type { BuildRequest, BuiltEntries, EditsRequest, ListReader } from './list-reader.ts';

/** Has lists read somewhere: in a thread of its own for a database on disk, at once for one in memory. */
export interface ListWork {
  /** Resolves when the entries are known; their file may still be on its way to the disk. */
  build(request: BuildRequest): Promise<BuiltEntries>;
  /** While entries that were built are on their way to the disk: when they are there. Rejects when they cannot be stored. */
  storing(door: Uint8Array, digest: Uint8Array): Promise<void> | undefined;
  /** Undefined when no delta leads there. */
  edits(request: EditsRequest): Promise<ListEdits | undefined>;
  /** After what is under way has ended. */
  close(): Promise<void>;
}

/** On the caller's thread, for a database in memory, which no other thread can read. */
export class InPlaceListWork implements ListWork {
  readonly #reader: ListReader;

  constructor(reader: ListReader) {
    this.#reader = reader;
  }

  async build(request: BuildRequest): Promise<BuiltEntries> {
    return this.#reader.build(request).entries;
  }

  storing(): undefined {
    return undefined;
  }

  async edits(request: EditsRequest): Promise<ListEdits | undefined> {
    return this.#reader.edits(request);
  }

  async close(): Promise<void> {}
}
