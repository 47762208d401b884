import { Readable } from 'node:stream';
import { ruuidOf } from '../../base/ids.ts';
import { digestOf, KEPT_BLOCKS, type EntryBlocks, type PutBlock } from './entry-blocks.ts';

/** For a backend that lives in memory. */
export class MemoryBlocks implements EntryBlocks {
  /** By door, then by digest, in the order they were put. */
  readonly #doors = new Map<string, Map<string, Uint8Array>>();

  put(door: Uint8Array, block: Uint8Array): PutBlock {
    const digest = digestOf(block);
    const blocks = this.#doors.get(ruuidOf(door)) ?? new Map<string, Uint8Array>();
    this.#doors.set(ruuidOf(door), blocks);
    blocks.delete(ruuidOf(digest));
    blocks.set(ruuidOf(digest), block);
    for (const oldest of [...blocks.keys()].slice(0, -KEPT_BLOCKS)) blocks.delete(oldest);
    return { digest, stored: Promise.resolve() };
  }

  get(door: Uint8Array, digest: Uint8Array): Uint8Array | undefined {
    return this.#doors.get(ruuidOf(door))?.get(ruuidOf(digest));
  }

  size(door: Uint8Array, digest: Uint8Array): number | undefined {
    return this.get(door, digest)?.length;
  }

  async read(door: Uint8Array, digest: Uint8Array, start: number, end: number): Promise<Readable> {
    const block = this.get(door, digest);
    if (!block) throw new Error('the entries of this list are gone');
    return Readable.from(start < end ? [Buffer.from(block.subarray(start, end))] : []);
  }
}
