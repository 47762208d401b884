/** Orders in which codes are listed: by expiry, of all, of a status, of a principal, of a door. */
export const queries = `
CREATE INDEX listed_by_expiry ON tokens (expires_at_s, id);
CREATE INDEX listed_by_status ON tokens (status, expires_at_s, id);
CREATE INDEX listed_by_principal ON tokens (principal, expires_at_s, id) WHERE principal IS NOT NULL;

-- The door that a code is listed with, beside it: looked up for each of a thousand, it would be most of the work.
ALTER TABLE tokens ADD COLUMN first_door BLOB;
UPDATE tokens SET first_door = (SELECT d.door FROM token_doors d WHERE d.token = tokens.id AND d.place = 0);
CREATE TRIGGER first_door_in AFTER INSERT ON token_doors WHEN new.place = 0 BEGIN
  UPDATE tokens SET first_door = new.door WHERE id = new.token;
END;

-- A door's codes by expiry: the expiry stands with the token, so that no index of token_doors alone could hold this order.
CREATE TABLE listed_by_door (
  door BLOB NOT NULL,
  expires_at_s INTEGER NOT NULL,
  token BLOB NOT NULL,
  PRIMARY KEY (door, expires_at_s, token)
) WITHOUT ROWID;
INSERT INTO listed_by_door SELECT d.door, t.expires_at_s, t.id FROM token_doors d JOIN tokens t ON t.id = d.token;
CREATE TRIGGER listed_by_door_in AFTER INSERT ON token_doors BEGIN
  INSERT INTO listed_by_door SELECT new.door, t.expires_at_s, t.id FROM tokens t WHERE t.id = new.token;
END;
CREATE TRIGGER listed_by_door_out AFTER DELETE ON token_doors BEGIN
  DELETE FROM listed_by_door WHERE door = old.door AND token = old.token
    AND expires_at_s = (SELECT t.expires_at_s FROM tokens t WHERE t.id = old.token);
END;
`;
