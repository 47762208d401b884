import { join } from 'node:path';
import Database from 'better-sqlite3';
import { PosternError, messageOf } from '../base/errors.ts';

export interface LogFiles {
  db: string;
  /** Held by the one process that writes. */
  lock: string;
  /** Space that events fall back on when the disk is full [S3]. */
  reserve: string;
}

/** Nothing else may open `db` or `lock` by other means than SQLite while the daemon runs: closing any file handle drops a process's POSIX locks. */
export function logFiles(stateDir: string): LogFiles {
  return { db: join(stateDir, 'events.db'), lock: join(stateDir, 'events.lock'), reserve: join(stateDir, 'events.reserve') };
}

/** What SQLite threw, in words for a person. Bugs (and errors that are already in words) come back unchanged. */
export function logError(thrown: unknown, path: string): Error {
  if (!(thrown instanceof Database.SqliteError)) return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  const code = thrown.code;
  if (code.startsWith('SQLITE_CONSTRAINT')) return new Error(`the event log refused a wrong entry: ${thrown.message}`, { cause: thrown });
  // SQLITE_ERROR at a statement that is right in every released schema: a table or column is gone.
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_ERROR') {
    return new PosternError('log-damaged', `The event log ${path} is damaged (${thrown.message}). Keep it: move it and its -wal and -shm files to another folder, then start again to begin a new log. "sqlite3 FILE .recover" may read what is left.`, { cause: thrown });
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new PosternError('storage', `The event log ${path} is locked by another program. Close what has it open.`, { cause: thrown, transient: true });
  }
  if (code === 'SQLITE_FULL') {
    return new PosternError('storage', `The disk is full, the event log ${path} cannot grow. Free some space.`, { cause: thrown, transient: true });
  }
  return new PosternError('storage', `The event log ${path} cannot be read or written (${code}: ${messageOf(thrown)}). Check the disk, and that this user may read and write the folder.`, { cause: thrown, transient: true });
}

/** Runs `work` and throws what it throws in words. */
export function inWords<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw logError(thrown, path);
  }
}
