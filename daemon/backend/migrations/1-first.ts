/** Keys, doors, codes, lists, answers, audit. */
export const first = `
CREATE TABLE signing_keys (
  id BLOB PRIMARY KEY,
  use TEXT NOT NULL CHECK (use IN ('root', 'token', 'list')),
  state TEXT NOT NULL CHECK (state IN ('active', 'retired', 'revoked')),
  seed BLOB NOT NULL,
  not_before_s INTEGER NOT NULL,
  not_after_s INTEGER NOT NULL
);
CREATE TABLE zone_masters (id INTEGER PRIMARY KEY, master BLOB NOT NULL);
CREATE TABLE key_sets (version INTEGER PRIMARY KEY, signed BLOB NOT NULL);

CREATE TABLE doors (
  uuid BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  has_qr INTEGER NOT NULL DEFAULT 1,
  -- Counts what changed in the door's list; the list built from it remembers the count.
  list_changes INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE token_lists (
  door BLOB PRIMARY KEY REFERENCES doors (uuid),
  version INTEGER NOT NULL,
  issued_at_s INTEGER NOT NULL,
  built_at_changes INTEGER NOT NULL,
  etag TEXT NOT NULL,
  signed BLOB NOT NULL
);

CREATE TABLE tokens (
  id BLOB PRIMARY KEY,
  key_id BLOB NOT NULL,
  issued_at_s INTEGER NOT NULL,
  expires_at_s INTEGER NOT NULL,
  not_before_s INTEGER,
  uses INTEGER,
  reentry_grace_s INTEGER,
  hours TEXT,
  extended INTEGER NOT NULL,
  rotating INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'revoked')),
  -- Uses counted at all doors together.
  spent INTEGER NOT NULL DEFAULT 0,
  principal TEXT
);
CREATE INDEX tokens_by_issue ON tokens (key_id, issued_at_s);

-- In the order of a door's list.
CREATE TABLE token_doors (
  door BLOB NOT NULL REFERENCES doors (uuid),
  token BLOB NOT NULL REFERENCES tokens (id),
  place INTEGER NOT NULL,
  -- Uses counted at this door.
  spent INTEGER NOT NULL DEFAULT 0,
  last_counted_ms INTEGER,
  last_step INTEGER,
  PRIMARY KEY (door, token)
) WITHOUT ROWID;
CREATE INDEX token_doors_by_token ON token_doors (token, place);

-- Every answer given to a door, so that asking again with the same nonce counts nothing twice.
CREATE TABLE answers (
  nonce TEXT PRIMARY KEY,
  door BLOB NOT NULL,
  code_digest BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  -- When the door saw the code, by its own clock.
  seen_at_ms INTEGER NOT NULL,
  answer TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (at_ms);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  secret_digest BLOB NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'door')),
  name TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
);
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  action TEXT NOT NULL,
  principal TEXT,
  api_key TEXT,
  subject TEXT NOT NULL
);
`;
