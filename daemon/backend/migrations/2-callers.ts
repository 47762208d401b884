/** Roles, limits and ends of API keys; signing keys that are not in use yet. */
export const callers = `
CREATE TABLE api_keys_new (
  id TEXT PRIMARY KEY,
  secret_digest BLOB NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'issuer', 'door', 'reader')),
  name TEXT NOT NULL,
  -- The one door that a door's key speaks for; NULL: any.
  door BLOB REFERENCES doors (uuid) CHECK (door IS NULL OR role = 'door'),
  -- Requests; NULL: as many as the role may.
  per_minute INTEGER,
  created_at_ms INTEGER NOT NULL,
  -- To the hour.
  last_used_at_ms INTEGER,
  revoked_at_ms INTEGER
);
INSERT INTO api_keys_new (id, secret_digest, role, name, created_at_ms) SELECT id, secret_digest, role, name, created_at_ms FROM api_keys;
DROP TABLE api_keys;
ALTER TABLE api_keys_new RENAME TO api_keys;

-- A root is announced as spare before it signs anything.
CREATE TABLE signing_keys_new (
  id BLOB PRIMARY KEY,
  use TEXT NOT NULL CHECK (use IN ('root', 'token', 'list')),
  state TEXT NOT NULL CHECK (state IN ('spare', 'active', 'retired', 'revoked')),
  seed BLOB NOT NULL,
  not_before_s INTEGER NOT NULL,
  not_after_s INTEGER NOT NULL
);
INSERT INTO signing_keys_new SELECT id, use, state, seed, not_before_s, not_after_s FROM signing_keys;
DROP TABLE signing_keys;
ALTER TABLE signing_keys_new RENAME TO signing_keys;
ALTER TABLE key_sets ADD COLUMN list_floor INTEGER NOT NULL DEFAULT 0;

-- Downloads are many and are kept for a shorter time.
CREATE INDEX audit_downloads ON audit (at_ms) WHERE action = 'list-downloaded';
`;
