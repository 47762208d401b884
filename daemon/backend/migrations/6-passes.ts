/** Passes, and who they are for. */
export const passes = `
-- A link under which a visitor opens a code in a browser.
CREATE TABLE passes (
  id BLOB PRIMARY KEY,
  token BLOB NOT NULL UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
  -- SHA-256 of the link's secret.
  secret_digest BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_s INTEGER NOT NULL,
  -- Of a rotating pass: when it went to its device, and the SHA-256 of that device's public key.
  taken_at_ms INTEGER,
  device BLOB
);
CREATE INDEX passes_by_expiry ON passes (expires_at_s);
`;
