import type { Database } from 'better-sqlite3';
import { PosternError } from '../base/errors.ts';

/** "Post": tells a Postern event log from any other SQLite file. */
export const APPLICATION_ID = 0x506f7374;

/**
 * Each brings a log one schema version further and is never changed once released. `user_version` counts those done.
 *
 * `events.body` is the event's canonical JSON without `hash`; `id`, `at_ms` and `type` repeat members of it to search by.
 * Events are appended and never changed [append-only]; only those up to the pruning anchor may be deleted.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_type ON events (type, seq);
  CREATE INDEX events_by_time ON events (at_ms);

  CREATE TABLE anchor (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    through_seq INTEGER NOT NULL
  ) STRICT;
  INSERT INTO anchor VALUES (1, 0);

  CREATE TABLE uses (
    token_id TEXT PRIMARY KEY,
    counted INTEGER NOT NULL,
    last_counted_at_ms INTEGER,
    last_at_ms INTEGER NOT NULL,
    last_step INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER events_grow_at_the_end BEFORE INSERT ON events
    WHEN NEW.seq <> (SELECT coalesce((SELECT max(seq) FROM events), (SELECT through_seq FROM anchor)) + 1)
    BEGIN SELECT RAISE(ABORT, 'events are appended, one after the other'); END;
  CREATE TRIGGER events_never_change BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
  CREATE TRIGGER events_stay BEFORE DELETE ON events
    WHEN OLD.seq > (SELECT through_seq FROM anchor)
    BEGIN SELECT RAISE(ABORT, 'only events below the pruning anchor are deleted'); END;
  CREATE TRIGGER anchor_only_rises BEFORE UPDATE ON anchor
    WHEN NEW.through_seq <= OLD.through_seq
    BEGIN SELECT RAISE(ABORT, 'the pruning anchor only rises'); END;
  CREATE TRIGGER anchor_stays BEFORE DELETE ON anchor
    BEGIN SELECT RAISE(ABORT, 'the pruning anchor stays'); END;
  `,
];

/** Throws for what must not be touched: a log of a newer Postern, a database of something else. */
export function requireOurs(db: Database, path: string): void {
  versionOf(db, path);
}

/** Brings a new or older log up to date, each step in a transaction of its own. */
export function migrate(db: Database, path: string): void {
  const done = versionOf(db, path);
  migrations.slice(done).forEach((sql, i) => {
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${done + i + 1}`);
      db.pragma(`application_id = ${APPLICATION_ID}`);
    }).immediate();
  });
}

/** Throws unless `db` is an event log of exactly this schema. */
export function requireCurrent(db: Database, path: string): void {
  if (versionOf(db, path) === migrations.length) return;
  throw new PosternError('log-older', `The event log ${path} was written by an older Postern. Start the daemon once, it brings the log up to date.`);
}

/** The schema version; 0 is an empty file. Throws PosternError for a newer log and for what is no event log. */
function versionOf(db: Database, path: string): number {
  const version = db.pragma('user_version', { simple: true }) as number;
  const application = db.pragma('application_id', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (version === 0 && application === 0 && tables === 0) return 0;
  if (application !== APPLICATION_ID) {
    throw new PosternError('log-foreign', `${path} is an SQLite file, but no Postern event log. Move it away, or name another state folder.`);
  }
  if (version > migrations.length) {
    throw new PosternError('log-newer', `The event log ${path} was written by a newer Postern (schema ${version}; this one knows ${migrations.length}). Install that version again, or move the file away to begin a new log.`);
  }
  return version;
}
