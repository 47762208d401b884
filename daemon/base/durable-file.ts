import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, PosternError } from './errors.ts';

/**
 * Puts a finished file in the place of another: after a power cut there is the old one whole or the new one whole.
 * Rejects PosternError('storage').
 */
export async function replaceDurably(from: string, to: string): Promise<void> {
  try {
    await syncToDisk(from);
    await rename(from, to);
    // The new name is in the folder, and the folder is a file of its own.
    await syncToDisk(dirname(to));
  } catch (thrown) {
    throw notWritten(to, thrown);
  }
}

/** Writes `bytes` beside `path` and puts them in its place. Rejects PosternError('storage'). */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.new`;
  try {
    const file = await open(beside, 'w', 0o600);
    await file.writeFile(bytes).finally(() => file.close());
  } catch (thrown) {
    throw notWritten(path, thrown);
  }
  await replaceDurably(beside, path);
}

export function notWritten(path: string, thrown: unknown): PosternError {
  return new PosternError('storage', `${path} cannot be written (${messageOf(thrown)}): check the disk and who may write there.`, { cause: thrown, transient: true });
}

async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}
