import Database from 'better-sqlite3';
import { PosternError } from '../base/errors.ts';
import { inWords, logError } from './log-files.ts';

/** A daemon that is being restarted may still be closing its log. */
const WAIT_MS = 2_000;

/**
 * One writer a log, or two daemons would chain events past each other. The lock is an exclusive SQLite transaction on an
 * empty file of its own: the kernel drops it with the process however that ends, and readers of the log never meet it.
 */
export class WriterLock {
  readonly #db: Database.Database;

  private constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Throws PosternError('log-in-use') when another process writes this log. Blocks up to two seconds. */
  static take(path: string): WriterLock {
    const db = inWords(path, () => new Database(path, { timeout: WAIT_MS }));
    try {
      db.exec('BEGIN EXCLUSIVE');
      return new WriterLock(db);
    } catch (thrown) {
      db.close();
      if (thrown instanceof Database.SqliteError && thrown.code === 'SQLITE_BUSY') {
        throw new PosternError('log-in-use', `Another Postern writes the event log beside ${path}. Stop it first (systemctl stop postern), or name another state folder.`, { cause: thrown });
      }
      throw logError(thrown, path);
    }
  }

  release(): void {
    this.#db.close();
  }
}
