import type { ListEdits } from '../../base/token-list-edits.ts';
import type { BuildRequest, BuiltEntries, EditsRequest, ListReader } from './list-reader.ts';

/** Has lists read somewhere: in a thread of its own for a database on disk, at once for one in memory. */
export interface ListWork {
  build(request: BuildRequest): Promise<BuiltEntries>;
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
    return this.#reader.build(request);
  }

  async edits(request: EditsRequest): Promise<ListEdits | undefined> {
    return this.#reader.edits(request);
  }

  async close(): Promise<void> {}
}
