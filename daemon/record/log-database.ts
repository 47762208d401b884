import Database from 'better-sqlite3';
import { PosternError } from '../base/errors.ts';
import { migrate, requireOurs } from './migrations.ts';

/** The log's database, open for writing and up to date. Throws PosternError (log-newer, log-foreign, storage) and what SQLite throws. */
export function openDatabase(path: string): Database.Database {
  const db = new Database(path, { timeout: 1_000 });
  try {
    requireOurs(db, path);
    makeDurable(db, path);
    // Checkpoints are made by `tidy`, after the answer.
    db.pragma('wal_autocheckpoint = 0');
    db.pragma('journal_size_limit = 16777216');
    migrate(db, path);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

/** [S3] In WAL mode NORMAL would lose the last commits with the power; FULL syncs the write-ahead log at each. */
function makeDurable(db: Database.Database, path: string): void {
  const journal = db.pragma('journal_mode = WAL', { simple: true });
  db.pragma('synchronous = FULL');
  if (journal === 'wal' && db.pragma('synchronous', { simple: true }) === 2) return;
  throw new PosternError('storage', `The file system of ${path} cannot keep a write-ahead log. Put the state folder on a local disk.`);
}
