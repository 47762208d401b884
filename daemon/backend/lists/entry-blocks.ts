import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** A block as it is put: its SHA-256 at once, and when it is stored for good. */
export interface PutBlock {
  digest: Uint8Array;
  stored: Promise<void>;
}

/** The entries of lists, one behind the other as in a list file, each block under its door and digest. */
export interface EntryBlocks {
  /** Of the door's blocks those stored last stay, `KEPT_BLOCKS` of them. */
  put(door: Uint8Array, block: Uint8Array): PutBlock;
  get(door: Uint8Array, digest: Uint8Array): Uint8Array | undefined;
  /** How long it is; undefined when it is not there. */
  size(door: Uint8Array, digest: Uint8Array): number | undefined;
  /** The bytes from `start` to before `end`. The block cannot go away under who reads them. */
  read(door: Uint8Array, digest: Uint8Array, start: number, end: number): Promise<Readable>;
}

/** The current one, its predecessor for who is just fetching it, and two that another process may be about to name [S9]. */
export const KEPT_BLOCKS = 4;

/** SHA-256 of a block. */
export function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
