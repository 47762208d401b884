import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { threadId } from 'node:worker_threads';
import { ruuidOf } from '../../base/ids.ts';

/** The entries of lists, one behind the other as in a list file, each block under its door and digest. */
export interface EntryBlocks {
  /** Stores a block and returns its SHA-256. Of the door's blocks those written last stay, `KEPT_BLOCKS` of them. */
  put(door: Uint8Array, block: Uint8Array): Uint8Array;
  get(door: Uint8Array, digest: Uint8Array): Uint8Array | undefined;
  /** How long it is; undefined when it is not there. */
  size(door: Uint8Array, digest: Uint8Array): number | undefined;
  /** The bytes from `start` to before `end`. The block cannot go away under who reads them. */
  read(door: Uint8Array, digest: Uint8Array, start: number, end: number): Promise<Readable>;
}

/** The current one, its predecessor for who is just fetching it, and two that another process may be about to name [S9]. */
export const KEPT_BLOCKS = 4;

/** In files, `<dir>/lists/<door>/<digest>.entries`. Several processes may share the folder: a file's name says what is in it. */
export class FolderBlocks implements EntryBlocks {
  readonly #dir: string;

  /** `dir` is the backend's folder. */
  constructor(dir: string) {
    this.#dir = join(dir, 'lists');
  }

  put(door: Uint8Array, block: Uint8Array): Uint8Array {
    const digest = sha256(block);
    const folder = this.#folder(door);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const beside = join(folder, `${process.pid}-${threadId}.new`);
    writeSynced(beside, block);
    renameSync(beside, this.#path(door, digest));
    syncFolder(folder);
    sweep(folder);
    return digest;
  }

  get(door: Uint8Array, digest: Uint8Array): Uint8Array | undefined {
    return unlessMissing(() => readFileSync(this.#path(door, digest)));
  }

  size(door: Uint8Array, digest: Uint8Array): number | undefined {
    return unlessMissing(() => statSync(this.#path(door, digest)).size);
  }

  async read(door: Uint8Array, digest: Uint8Array, start: number, end: number): Promise<Readable> {
    if (start >= end) return Readable.from([]);
    const file = await open(this.#path(door, digest), 'r');
    return file.createReadStream({ start, end: end - 1 });
  }

  #folder(door: Uint8Array): string {
    return join(this.#dir, ruuidOf(door));
  }

  #path(door: Uint8Array, digest: Uint8Array): string {
    return join(this.#folder(door), `${Buffer.from(digest).toString('hex')}.entries`);
  }
}

/** For a backend that lives in memory. */
export class MemoryBlocks implements EntryBlocks {
  /** By door, then by digest, in the order they were put. */
  readonly #doors = new Map<string, Map<string, Uint8Array>>();

  put(door: Uint8Array, block: Uint8Array): Uint8Array {
    const digest = sha256(block);
    const blocks = this.#doors.get(ruuidOf(door)) ?? new Map<string, Uint8Array>();
    this.#doors.set(ruuidOf(door), blocks);
    blocks.delete(ruuidOf(digest));
    blocks.set(ruuidOf(digest), block);
    for (const oldest of [...blocks.keys()].slice(0, -KEPT_BLOCKS)) blocks.delete(oldest);
    return digest;
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

function writeSynced(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, 'w', 0o600);
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The new name is in the folder, and the folder is a file of its own. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Leaves the files written last. What another process deletes at the same time is gone as well. */
function sweep(folder: string): void {
  const files = readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const writtenMs = unlessMissing(() => statSync(path).mtimeMs);
    return writtenMs === undefined ? [] : [{ path, writtenMs }];
  });
  const newestFirst = files.sort((a, b) => b.writtenMs - a.writtenMs);
  for (const { path } of newestFirst.slice(KEPT_BLOCKS)) rmSync(path, { force: true });
}

function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
