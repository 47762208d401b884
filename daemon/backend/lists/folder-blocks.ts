import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { threadId } from 'node:worker_threads';
import { ruuidOf } from '../../base/ids.ts';
import { digestOf, KEPT_BLOCKS, type EntryBlocks, type PutBlock } from './entry-blocks.ts';

/**
 * In files, `<dir>/lists/<door>/<digest>.entries`. Several processes may share the folder: a file's name says what is in it.
 * Writing a file takes longer than all else about a new version, so nobody waits for it but who wants the file: who put a
 * block has it from memory.
 */
export class FolderBlocks implements EntryBlocks {
  readonly #dir: string;
  /** By path, while they are written. */
  readonly #storing = new Map<string, Uint8Array>();
  /** The one put last: the next is likely to be made of it. */
  #latest: { path: string; block: Uint8Array } | undefined;
  #written = 0;

  /** `dir` is the backend's folder. */
  constructor(dir: string) {
    this.#dir = join(dir, 'lists');
  }

  put(door: Uint8Array, block: Uint8Array): PutBlock {
    const digest = digestOf(block);
    const path = this.#path(door, digest);
    this.#latest = { path, block };
    this.#storing.set(path, block);
    const stored = this.#store(this.#folder(door), path, block).finally(() => {
      // It may have been put again meanwhile.
      if (this.#storing.get(path) === block) this.#storing.delete(path);
    });
    return { digest, stored };
  }

  get(door: Uint8Array, digest: Uint8Array): Uint8Array | undefined {
    const path = this.#path(door, digest);
    const inMemory = this.#latest?.path === path ? this.#latest.block : this.#storing.get(path);
    return inMemory ?? unlessMissing(() => readFileSync(path));
  }

  size(door: Uint8Array, digest: Uint8Array): number | undefined {
    const path = this.#path(door, digest);
    return this.#storing.get(path)?.length ?? unlessMissing(() => statSync(path).size);
  }

  async read(door: Uint8Array, digest: Uint8Array, start: number, end: number): Promise<Readable> {
    if (start >= end) return Readable.from([]);
    const file = await open(this.#path(door, digest), 'r');
    return file.createReadStream({ start, end: end - 1 });
  }

  /** After a power cut there is the whole block or none. */
  async #store(folder: string, path: string, block: Uint8Array): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const beside = join(folder, `${process.pid}-${threadId}-${this.#written++}.new`);
    try {
      await writeSynced(beside, block);
      await rename(beside, path);
    } catch (thrown) {
      await rm(beside, { force: true });
      throw thrown;
    }
    await syncFolder(folder);
    sweep(folder);
  }

  #folder(door: Uint8Array): string {
    return join(this.#dir, ruuidOf(door));
  }

  #path(door: Uint8Array, digest: Uint8Array): string {
    return join(this.#folder(door), `${Buffer.from(digest).toString('hex')}.entries`);
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name is in the folder, and the folder is a file of its own. */
async function syncFolder(folder: string): Promise<void> {
  const file = await open(folder, 'r');
  await file.sync().finally(() => file.close());
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
    if (['ENOENT', 'ENOTDIR'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw thrown;
  }
}
