/** What doors reported, and the alerts that came of it. */
export const events = `
CREATE TABLE events (
  -- In the order of arrival; retention deletes from the front.
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  door BLOB NOT NULL,
  type TEXT NOT NULL,
  -- By the door's clock.
  at_ms INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  -- 16 bytes; null where the event is about no token that could be verified.
  token BLOB,
  -- Why it was denied; null where it was not.
  reason TEXT,
  -- Place in the door's chain; null for what the backend itself tells.
  epoch INTEGER,
  seq INTEGER,
  -- SHA-256 over the canonical JSON, as computed here.
  hash BLOB NOT NULL,
  -- The event's canonical JSON without its hash.
  body TEXT NOT NULL,
  -- What is wrong with the event's place in the chain; null when it follows from the one before it.
  fault TEXT,
  UNIQUE (door, hash)
);
CREATE INDEX events_by_time ON events (at_ms);
CREATE INDEX events_by_type ON events (type, at_ms);
CREATE INDEX events_by_door ON events (door, at_ms);
CREATE INDEX events_by_door_and_type ON events (door, type, at_ms);
CREATE INDEX events_by_token ON events (token, at_ms) WHERE token IS NOT NULL;
CREATE INDEX events_by_place ON events (door, epoch, seq) WHERE seq IS NOT NULL;
-- One row: what the events take, so that retention need not add it up.
CREATE TABLE event_totals (bytes INTEGER NOT NULL);
INSERT INTO event_totals VALUES (0);

-- A door's chain of events; an epoch more when it began anew or was rewritten.
CREATE TABLE door_chains (
  door BLOB NOT NULL REFERENCES doors (uuid),
  epoch INTEGER NOT NULL,
  began TEXT NOT NULL CHECK (began IN ('first', 'restarted', 'rewritten')),
  -- Hash of its event 1, where that was ever here.
  first_hash TEXT,
  head_seq INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  -- The greatest head the door has told of.
  told_seq INTEGER NOT NULL,
  told_hash TEXT NOT NULL,
  -- Events up to this one were here and have been deleted for their age.
  pruned_through_seq INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (door, epoch)
) WITHOUT ROWID;
CREATE TABLE door_uploads (door BLOB PRIMARY KEY REFERENCES doors (uuid), last_ms INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE pictures (
  door BLOB NOT NULL,
  attempt TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- Hex, as the door's event vouches for it.
  sha256 TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('missing', 'stored', 'gone', 'deleted')),
  bytes INTEGER NOT NULL DEFAULT 0,
  -- When it was stored, by the backend's clock.
  stored_ms INTEGER,
  PRIMARY KEY (door, attempt, kind, sha256)
) WITHOUT ROWID;
CREATE INDEX pictures_by_age ON pictures (stored_ms) WHERE state = 'stored';

-- So that one situation raises one alert: about what, and when it was.
CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  alert TEXT NOT NULL,
  subject TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  raised_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX alerts_by_subject ON alerts (alert, subject, at_ms);
CREATE INDEX alerts_by_age ON alerts (raised_ms);

CREATE TABLE webhook_outbox (
  number INTEGER PRIMARY KEY,
  -- The alert's event id; stays the same however often it is sent.
  id TEXT NOT NULL,
  url TEXT NOT NULL,
  body TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  next_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given-up')),
  error TEXT,
  UNIQUE (id, url)
);
CREATE INDEX webhook_outbox_by_turn ON webhook_outbox (url, next_ms) WHERE state = 'waiting';
CREATE INDEX webhook_outbox_by_age ON webhook_outbox (created_ms);

-- Who tokens are for, to be found by a part of a name: kept by the triggers, so that a name erased there is erased here.
CREATE TABLE token_people (number INTEGER PRIMARY KEY, token BLOB NOT NULL UNIQUE, person TEXT NOT NULL);
CREATE VIRTUAL TABLE people_search USING fts5(person, content = 'token_people', content_rowid = 'number', tokenize = 'trigram');
CREATE TRIGGER token_people_added AFTER INSERT ON token_people BEGIN
  INSERT INTO people_search (rowid, person) VALUES (NEW.number, NEW.person);
END;
CREATE TRIGGER token_people_gone AFTER DELETE ON token_people BEGIN
  INSERT INTO people_search (people_search, rowid, person) VALUES ('delete', OLD.number, OLD.person);
END;
CREATE TRIGGER tokens_named AFTER INSERT ON tokens WHEN coalesce(NEW.holder_name, NEW.holder_email, NEW.principal) IS NOT NULL BEGIN
  INSERT INTO token_people (token, person) VALUES (NEW.id, concat_ws(char(10), NEW.holder_name, NEW.holder_email, NEW.principal));
END;
CREATE TRIGGER tokens_renamed AFTER UPDATE OF holder_name, holder_email, principal ON tokens BEGIN
  DELETE FROM token_people WHERE token = OLD.id;
  INSERT INTO token_people (token, person) SELECT NEW.id, concat_ws(char(10), NEW.holder_name, NEW.holder_email, NEW.principal)
    WHERE coalesce(NEW.holder_name, NEW.holder_email, NEW.principal) IS NOT NULL;
END;
CREATE TRIGGER tokens_forgotten AFTER DELETE ON tokens BEGIN
  DELETE FROM token_people WHERE token = OLD.id;
END;
INSERT INTO token_people (token, person) SELECT id, concat_ws(char(10), holder_name, holder_email, principal) FROM tokens
  WHERE coalesce(holder_name, holder_email, principal) IS NOT NULL;
`;
