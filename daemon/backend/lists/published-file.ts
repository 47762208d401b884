import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

/** Beside which a file stands until it is whole. */
export const BESIDE = /^\.[0-9a-f-]{36}\.new$/;

/**
 * Puts a file in its place whole, for anybody to read: whoever fetches it gets the old one or the new one. Its folder is made.
 *
 * A web server makes the tag of a file of its size and the second it was written, and a list in which one code was revoked is as
 * long as before: so the file is dated at least a second after the one it replaces. `durable`: after a power cut it is there.
 */
export async function publishFile(path: string, bytes: Readable | Uint8Array, { durable }: { durable: boolean }): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const beside = join(folder, `.${randomUUID()}.new`);
  try {
    await writeNew(beside, bytes, durable);
    await dateAfter(beside, path);
    await rename(beside, path);
  } catch (thrown) {
    await rm(beside, { force: true });
    throw thrown;
  }
}

async function writeNew(path: string, bytes: Readable | Uint8Array, durable: boolean): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await writeFile(file, bytes);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

async function dateAfter(beside: string, path: string): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  if (!before) return;
  const earliestS = Math.floor(before.mtimeMs / 1000) + 1;
  const { mtimeMs } = await stat(beside);
  if (mtimeMs < earliestS * 1000) await utimes(beside, earliestS, earliestS);
}
