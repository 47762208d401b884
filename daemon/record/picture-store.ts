import { mkdir, open, readdir, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { PosternError, messageOf } from '../base/errors.ts';
import type { ClockTrust, EventDraft, PictureKind } from '../base/events.ts';
import { attemptMs, attemptOf, holdPath, picturePath } from './picture-path.ts';
import { planDeletions, type StoredAttempt } from './retention.ts';

/** Deleted below the limit, so that not every picture deletes one. */
const DELETE_TO = 0.95;
const UNFINISHED = '.tmp';

export interface PictureStoreOptions {
  /** Made when it is not there. */
  dir: string;
  maxAgeMs: number;
  maxBytes: number;
  /** Pictures leave so much of the disk to events [S3]. */
  keepFreeBytes: number;
  clock: Clock;
  clockTrust: () => ClockTrust;
  /** Commits the evidence-deleted event; the files go when it has resolved, and stay when it rejects. */
  onEvent: (draft: EventDraft) => Promise<unknown> | void;
}

/** The evidence folder: pictures by day and attempt, bounded in age and bytes. One call at a time. */
export class PictureStore {
  readonly #o: PictureStoreOptions;
  #bytes = 0;

  private constructor(options: PictureStoreOptions) {
    this.#o = options;
  }

  /** Rejects with PosternError('evidence-folder') when the folder cannot be made or read. */
  static async open(options: PictureStoreOptions): Promise<PictureStore> {
    const store = new PictureStore(options);
    try {
      await mkdir(options.dir, { recursive: true, mode: 0o700 });
      const files = await store.#files();
      await Promise.all(files.filter((file) => file.endsWith(UNFINISHED)).map((file) => rm(join(options.dir, file))));
      await store.#stored();
      return store;
    } catch (thrown) {
      throw new PosternError('evidence-folder', `The evidence folder ${options.dir} cannot be used (${messageOf(thrown)}). Let this user read and write it.`, { cause: thrown });
    }
  }

  /** Bytes of all pictures. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Stores a picture so that after a power cut it is there whole or not at all; deletes old ones to make room.
   * Resolves to its path below the folder. Rejects with PosternError('evidence-full') when there is no room to be made.
   */
  async put(attemptId: string, kind: PictureKind, jpeg: Uint8Array): Promise<string> {
    const file = picturePath(attemptId, kind);
    await this.#makeRoom(jpeg.length);
    const path = join(this.#o.dir, file);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(path, jpeg);
    this.#bytes += jpeg.length;
    return file;
  }

  /** Deletes what is too old, and the oldest while there is too much of them or too little of the disk. */
  async prune(): Promise<void> {
    const { maxBytes } = this.#o;
    const allowed = this.#bytes > maxBytes ? maxBytes * DELETE_TO : maxBytes;
    await this.#delete(Math.min(allowed, this.#bytes - (await this.#lackingBytes(0))));
  }

  /** Keeps the pictures of an attempt until they are released again. */
  async hold(attemptId: string): Promise<void> {
    const path = join(this.#o.dir, holdPath(attemptId));
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(path, new Uint8Array());
  }

  async release(attemptId: string): Promise<void> {
    await rm(join(this.#o.dir, holdPath(attemptId)), { force: true });
  }

  /** Deletes the pictures of one attempt; resolves to how many. Rejects with PosternError('evidence-held') while they are held. */
  async erase(attemptId: string): Promise<number> {
    const attempt = (await this.#stored()).find((stored) => stored.attemptId === attemptId);
    if (!attempt) return 0;
    if (attempt.held) throw new PosternError('evidence-held', 'These pictures are held. Release the hold first.');
    await this.#o.onEvent({ type: 'evidence-deleted', files: attempt.files.length, why: 'erased', throughMs: attempt.atMs, attemptId });
    await this.#remove([attempt]);
    return attempt.files.length;
  }

  async #makeRoom(bytes: number): Promise<void> {
    const { maxBytes } = this.#o;
    if (this.#bytes + bytes > maxBytes) await this.#delete(maxBytes * DELETE_TO - bytes);
    if (this.#bytes + bytes > maxBytes) throw new PosternError('evidence-full', 'The evidence folder is full, and what is in it is held. Release holds, or raise evidence.maxMb.');
    const lacking = await this.#lackingBytes(bytes);
    if (lacking > 0) await this.#delete(this.#bytes - lacking);
    if (lacking > 0 && (await this.#lackingBytes(bytes)) > 0) throw new PosternError('evidence-full', 'The disk is too full for pictures. Free some space.', { transient: true });
  }

  /** [S3] How much of what is left to events so many bytes would take; not positive when there is room. */
  async #lackingBytes(bytes: number): Promise<number> {
    const { bavail, bsize } = await statfs(this.#o.dir);
    return bytes + this.#o.keepFreeBytes - bavail * bsize;
  }

  async #delete(maxBytes: number): Promise<void> {
    // A suspect clock may be years ahead: by it nothing is too old.
    const beforeMs = this.#o.clockTrust() === 'suspect' ? undefined : this.#o.clock.wallMs() - this.#o.maxAgeMs;
    for (const { why, attempts } of planDeletions(await this.#stored(), { beforeMs, maxBytes })) {
      const files = attempts.reduce((count, attempt) => count + attempt.files.length, 0);
      const throughMs = Math.max(...attempts.map((attempt) => attempt.atMs));
      await this.#o.onEvent({ type: 'evidence-deleted', files, why, throughMs });
      await this.#remove(attempts);
    }
  }

  async #remove(attempts: StoredAttempt[]): Promise<void> {
    for (const { files, bytes } of attempts) {
      for (const file of files) await rm(join(this.#o.dir, file), { force: true });
      this.#bytes -= bytes;
    }
    const days = new Set(attempts.flatMap(({ files }) => files.map(dirname)));
    // A day that is not empty yet stays.
    for (const day of days) await rmdir(join(this.#o.dir, day)).catch(() => undefined);
  }

  /** What the folder holds; counts its bytes anew. */
  async #stored(): Promise<StoredAttempt[]> {
    const attempts = new Map<string, StoredAttempt>();
    for (const file of await this.#files()) {
      const attemptId = attemptOf(file);
      if (attemptId === undefined) continue;
      const attempt = attempts.get(attemptId) ?? { attemptId, atMs: attemptMs(attemptId) ?? 0, files: [], bytes: 0, held: false };
      attempts.set(attemptId, attempt);
      if (file === holdPath(attemptId)) attempt.held = true;
      else attempt.files.push(file);
      attempt.bytes += (await stat(join(this.#o.dir, file))).size;
    }
    const stored = [...attempts.values()];
    this.#bytes = stored.reduce((sum, attempt) => sum + attempt.bytes, 0);
    return stored.filter((attempt) => attempt.files.length > 0);
  }

  async #files(): Promise<string[]> {
    const days = (await readdir(this.#o.dir, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
    const files: string[] = [];
    for (const day of days) files.push(...(await readdir(join(this.#o.dir, day))).sort().map((name) => `${day}/${name}`));
    return files;
  }
}

/** Writes beside, syncs, renames, syncs the folder. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}${UNFINISHED}`;
  try {
    const file = await open(unfinished, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    await rm(unfinished, { force: true });
    throw thrown;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
