import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, PosternError } from '../../base/errors.ts';
import { ruuidOf } from '../../base/ids.ts';
import { LIST_FRONT_BYTES } from '../../base/token-list-file.ts';
import { BESIDE, publishFile } from './published-file.ts';
import type { SignedFile, TokenLists } from './token-lists.ts';

export interface ListExportOptions {
  /** The folder that a web server serves as its root; made when it is not there. */
  out: string;
  lists: Pick<TokenLists, 'current' | 'delta' | 'versions'>;
  /** The signed key set as it is now. */
  keySet: () => Uint8Array;
}

/** How many files one run wrote and removed. */
export interface ExportCount {
  lists: number;
  deltas: number;
  keySets: number;
  removed: number;
}

/** Deltas lead from this many versions [S9]: of ten minutes when a list changes all the time, of hours when it is only signed anew. */
export const EXPORTED_VERSIONS = 60;

/**
 * Writes what doors fetch as files under the paths of the API, so that a web server or an object store can carry them. Each file
 * is replaced whole. A door's full list goes last: whoever is brought to it by a delta finds the files to go on from, and a
 * run that was interrupted is seen by it.
 */
export class ListExport {
  readonly #o: ListExportOptions;

  constructor(options: ListExportOptions) {
    this.#o = options;
  }

  /** Writes what is not there or changed. Rejects PosternError('export') when the folder is against it. */
  async run(doors: readonly Uint8Array[]): Promise<ExportCount> {
    const count: ExportCount = { lists: 0, deltas: 0, keySets: 0, removed: 0 };
    try {
      await this.#keySet(count);
      for (const door of doors) await this.#door(door, count);
      return count;
    } catch (thrown) {
      if (!isOfTheFolder(thrown)) throw thrown;
      throw new PosternError('export', `The lists cannot be written to ${this.#o.out} (${messageOf(thrown)}): check the disk and who may write there.`, { cause: thrown, transient: true });
    }
  }

  async #keySet(count: ExportCount): Promise<void> {
    const path = join(this.#o.out, 'api/postern/keyset');
    const keySet = this.#o.keySet();
    if (await beginsWith(path, keySet, keySet.length)) return;
    await publishFile(path, keySet, { durable: true });
    count.keySets++;
  }

  async #door(door: Uint8Array, count: ExportCount): Promise<void> {
    const { out, lists } = this.#o;
    const folder = join(out, 'api/postern/tokenlist', ruuidOf(door));
    const full = await lists.current(door);
    const fullPath = join(folder, 'full');
    const isThere = await beginsWith(fullPath, await startOf(full), full.length);
    const there = new Set(await namesIn(folder));
    const wanted = new Set(['full']);
    for (const version of lists.versions(door, EXPORTED_VERSIONS).filter((each) => each <= full.version)) {
      const name = String(version);
      const delta = isThere && there.has(name) ? 'kept' : await lists.delta(door, version, full.version);
      if (delta === undefined) continue;
      wanted.add(name);
      if (delta === 'kept') continue;
      // What a power cut spoils of it is refused by its door, which takes the full list, and made anew with the next version.
      await publishFile(join(folder, name), await delta.read(0, delta.length), { durable: false });
      count.deltas++;
    }
    if (!isThere) {
      await publishFile(fullPath, await full.read(0, full.length), { durable: true });
      count.lists++;
    }
    count.removed += await removeOthers(folder, there, wanted);
  }
}

/** Deltas that are wanted no more, and what an interrupted run left; what else stands there is not ours. */
async function removeOthers(folder: string, there: Set<string>, wanted: Set<string>): Promise<number> {
  const others = [...there].filter((name) => !wanted.has(name) && (/^\d+$/.test(name) || BESIDE.test(name)));
  for (const name of others) await rm(join(folder, name), { force: true });
  return others.length;
}

/** Enough of it to tell it from any other: all that is signed. */
async function startOf(full: SignedFile): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await full.read(0, Math.min(full.length, LIST_FRONT_BYTES))) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

async function beginsWith(path: string, start: Uint8Array, length: number): Promise<boolean> {
  const file = await open(path, 'r').catch(ifMissing(undefined));
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(start.length), 0, start.length, 0);
    return (await file.stat()).size === length && Buffer.compare(buffer.subarray(0, bytesRead), start) === 0;
  } finally {
    await file.close();
  }
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(ifMissing([]));
}

function ifMissing<T>(value: T): (thrown: unknown) => T {
  return (thrown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw thrown;
  };
}

function isOfTheFolder(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}
