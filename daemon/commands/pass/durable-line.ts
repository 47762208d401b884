import { fsyncSync, writeSync } from 'node:fs';
import { messageOf, PosternError } from '../../base/errors.ts';

/** Appends a line, on disk when this returns. Throws PosternError('storage'). */
export function appendDurably(fd: number, line: string): void {
  try {
    writeSync(fd, line);
    fsyncSync(fd);
  } catch (thrown) {
    throw new PosternError('storage', `What was done cannot be written down: ${messageOf(thrown)}. Is the disk full?`, { cause: thrown });
  }
}
