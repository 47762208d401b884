/**
 * Lists by version, and what changed between them. A list's entries stand in files beside the database (lists/entry-blocks.ts);
 * here are the signed fronts, and at every token of a door the count of the door's changes at which it last changed.
 */
export const lists = `
ALTER TABLE doors ADD COLUMN list_version INTEGER NOT NULL DEFAULT 0;
-- The last of the door's changes that did not say which token it was of: what was built before is built anew from all entries.
ALTER TABLE doors ADD COLUMN list_changed_unnamed INTEGER NOT NULL DEFAULT 0;
UPDATE doors SET list_version = coalesce((SELECT version FROM token_lists WHERE door = uuid), 0), list_changed_unnamed = list_changes;
DROP TABLE token_lists;

CREATE TABLE list_fronts (
  door BLOB NOT NULL REFERENCES doors (uuid),
  version INTEGER NOT NULL,
  -- Tokens that had expired by then are not in it.
  issued_at_s INTEGER NOT NULL,
  -- The door's list_changes in the snapshot it was built from.
  changes INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  digest BLOB NOT NULL,
  -- The list key that signed it.
  key_id BLOB NOT NULL,
  -- When its entries, or those it grew out of by edits, were last read as a whole.
  read_whole_at_s INTEGER NOT NULL,
  front BLOB NOT NULL,
  PRIMARY KEY (door, version)
) WITHOUT ROWID;

ALTER TABLE token_doors ADD COLUMN list_change INTEGER NOT NULL DEFAULT 0;
CREATE INDEX token_doors_by_list_change ON token_doors (door, list_change);
CREATE INDEX tokens_by_expiry_for_lists ON tokens (expires_at_s, id);
`;
