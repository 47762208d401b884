/** Codes that can be asked for again, who they are for, and uses that doors counted by themselves. */
export const codes = `
-- Personal data: never in a token, a list or a log.
ALTER TABLE tokens ADD COLUMN holder_name TEXT;
ALTER TABLE tokens ADD COLUMN holder_email TEXT;

-- What a caller asked for under a name of its own, so that asking again issues nothing; kept as long as the code lives.
CREATE TABLE issue_requests (
  id TEXT PRIMARY KEY,
  digest BLOB NOT NULL,
  token BLOB NOT NULL REFERENCES tokens (id),
  expires_at_s INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX issue_requests_by_expiry ON issue_requests (expires_at_s);

-- Null where the code was none of ours to read.
ALTER TABLE answers ADD COLUMN token BLOB;
-- What a granted attempt counted, 0 or 1; null where nothing was granted.
ALTER TABLE answers ADD COLUMN counted INTEGER;
UPDATE answers SET counted = 1 WHERE json_extract(answer, '$.verdict') = 'granted';

-- Attempts that a door granted without an answer in time and reported later.
CREATE TABLE offline_uses (
  nonce TEXT NOT NULL,
  door BLOB NOT NULL,
  token BLOB NOT NULL,
  -- By the door's clock.
  at_ms INTEGER NOT NULL,
  reported_at_ms INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  -- 1 when the token was used more often than it may be.
  overspent INTEGER NOT NULL,
  PRIMARY KEY (nonce, door, token)
) WITHOUT ROWID;
CREATE INDEX offline_uses_by_time ON offline_uses (reported_at_ms);
`;
