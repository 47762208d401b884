import { rmSync } from 'node:fs';
import { PosternError } from '../../base/errors.ts';
import { WriterLock } from '../../record/writer-lock.ts';

/** Runs `work` while no other process works on the same batch; the kernel ends the lock with the process. Rejects PosternError('batch-in-use'). */
export async function withBatchLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = taken(path);
  try {
    return await work();
  } finally {
    // Before it is let go: whoever comes later makes a file of their own.
    rmSync(path, { force: true });
    lock.release();
  }
}

function taken(path: string): WriterLock {
  try {
    return WriterLock.take(path);
  } catch (thrown) {
    if (!(thrown instanceof PosternError) || thrown.code !== 'log-in-use') throw thrown;
    throw new PosternError('batch-in-use', `Another "postern pass bulk" works on these results. Wait for it, or name another file with --out.`, { cause: thrown });
  }
}
