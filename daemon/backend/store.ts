import Database from 'better-sqlite3';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PosternError } from '../base/errors.ts';
import { migrations } from './migrations.ts';

export type Store = Database.Database;

const FILE = 'backend.sqlite';

/**
 * Opens the backend's database, made when it is not there: in `dir`, or in memory without one.
 * It holds private keys, so folder and file are the owner's alone. Throws PosternError('backend-store').
 */
export function openStore(dir: string | undefined): Store {
  try {
    const store = new Database(dir === undefined ? ':memory:' : databaseFile(dir), { timeout: 5_000 });
    store.pragma('journal_mode = WAL');
    // WAL's own default, NORMAL, may lose the last commits in a power cut: a use counted, an answer given.
    store.pragma('synchronous = FULL');
    // After a busy time the write-ahead log does not keep its size.
    store.pragma('journal_size_limit = 67108864');
    store.pragma('foreign_keys = ON');
    migrate(store);
    return store;
  } catch (thrown) {
    const mend = mendOf(thrown);
    if (mend === undefined) throw thrown;
    throw new PosternError('backend-store', `The backend's database in ${dir ?? 'memory'} cannot be used: ${messageOf(thrown)}. ${mend}`, { cause: thrown });
  }
}

/** A second connection to the database in `dir`, which is open already, for another thread to read by. */
export function openReadOnly(dir: string): Store {
  const store = new Database(join(dir, FILE), { readonly: true, fileMustExist: true, timeout: 5_000 });
  // A list of a quarter million tokens reads most pages of a large database: enough of them stay for the next.
  store.pragma('cache_size = -65536');
  return store;
}

/** A second connection to the database in `dir`, which is open already, for another thread to write by. */
export function openSecond(dir: string): Store {
  const store = new Database(join(dir, FILE), { fileMustExist: true, timeout: 5_000 });
  store.pragma('synchronous = FULL');
  return store;
}

/** What to do about a folder or file that fails; undefined for what is not its fault. */
function mendOf(thrown: unknown): string | undefined {
  if (thrown instanceof Database.SqliteError && ['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(thrown.code)) return 'Put back a copy of the folder, or take it away to begin with new keys.';
  if (thrown instanceof Database.SqliteError) return 'Is the disk full, or another program holding it?';
  if (thrown instanceof Error && 'syscall' in thrown) return 'Choose a folder that this user may write.';
  return undefined;
}

function databaseFile(dir: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, FILE);
  // SQLite gives its -wal and -shm the mode of the database.
  closeSync(openSync(file, 'a', 0o600));
  return file;
}

function migrate(store: Store): void {
  store.transaction(() => {
    const version = store.pragma('user_version', { simple: true }) as number;
    if (version > migrations.length) {
      throw new PosternError('backend-store', `The backend's database was written by a newer Postern (version ${version}, this one knows ${migrations.length}). Install that one again.`);
    }
    for (const sql of migrations.slice(version)) store.exec(sql);
    store.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}
