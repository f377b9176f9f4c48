-- The ledger, SQLite >= 3.51.3. One append-only log; everything that is read is derived from its hashed bytes.
CREATE TABLE log (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  origin  TEXT NOT NULL,                 -- the name in every ledger checkpoint
  vkey    TEXT NOT NULL,                 -- C2SP verifier key of the checkpoints
  secret  BLOB NOT NULL                  -- keys the hashes of lines that did not parse; never leaves this file
) STRICT;

CREATE TABLE entry (
  seq     INTEGER PRIMARY KEY,           -- leaf index from 0, given by the writer: a second writer collides here
  body    TEXT NOT NULL CHECK (json_valid(body)) CHECK (length(CAST(body AS BLOB)) <= 65535),  -- RFC 8785: the hashed bytes
  leaf    BLOB NOT NULL CHECK (length(leaf) = 32),  -- SHA-256(0x00 || body), RFC 6962
  note    TEXT,                          -- signed ledger checkpoint of size seq+1, on the last entry of each batch
  kind    TEXT GENERATED ALWAYS AS (body ->> '$.kind') VIRTUAL,
  ts      TEXT GENERATED ALWAYS AS (body ->> '$.ts') VIRTUAL,
  txn     TEXT GENERATED ALWAYS AS (body ->> '$.txn') VIRTUAL,
  did     TEXT GENERATED ALWAYS AS (body ->> '$.did') VIRTUAL,
  sid     TEXT GENERATED ALWAYS AS (body ->> '$.sid') VIRTUAL,
  device  TEXT GENERATED ALWAYS AS (body ->> '$.device') VIRTUAL,
  subject TEXT GENERATED ALWAYS AS (body ->> '$.subject') VIRTUAL,
  ticket  TEXT GENERATED ALWAYS AS (body ->> '$.ticket') VIRTUAL,
  verdict TEXT GENERATED ALWAYS AS (body ->> '$.verdict') VIRTUAL,
  state   TEXT GENERATED ALWAYS AS (body ->> '$.state') VIRTUAL,
  CHECK (kind IN ({kinds}))
) STRICT;
CREATE INDEX entry_txn     ON entry (txn, seq)     WHERE txn     IS NOT NULL;
CREATE INDEX entry_sid     ON entry (sid, seq)     WHERE sid     IS NOT NULL;
CREATE INDEX entry_device  ON entry (device, seq)  WHERE device  IS NOT NULL;
CREATE INDEX entry_subject ON entry (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX entry_ticket  ON entry (ticket, seq)  WHERE ticket  IS NOT NULL;
CREATE INDEX entry_denied  ON entry (seq)          WHERE verdict = 'deny';
CREATE UNIQUE INDEX entry_one_decision ON entry (did) WHERE kind = 'decision';
CREATE UNIQUE INDEX entry_one_outcome  ON entry (did) WHERE kind = 'outcome';
-- Guard rails against honest mistakes, not against somebody who owns the file.
CREATE INDEX entry_doubt ON entry (did) WHERE kind = 'recovery' AND did IS NOT NULL;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM entry)
  BEGIN SELECT RAISE(ABORT, 'the ledger has a gap'); END;

-- An index over the uses of tokens; the writer's own register is rebuilt from the hashed entries at every start.
CREATE TABLE token_use (
  iss TEXT NOT NULL, jti TEXT NOT NULL, use_no INTEGER NOT NULL, seq INTEGER NOT NULL REFERENCES entry (seq),
  PRIMARY KEY (iss, jti, use_no)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entry_token_use AFTER INSERT ON entry WHEN NEW.kind = 'session.open' AND (NEW.body ->> '$.jti') IS NOT NULL
  BEGIN INSERT INTO token_use VALUES (NEW.body ->> '$.issuer', NEW.body ->> '$.jti', NEW.body ->> '$.use_no', NEW.seq); END;

-- Personal data stays out of the log: the log has random ids and salted commitments.
CREATE TABLE subject (
  identity TEXT PRIMARY KEY,             -- as in the token or the configuration
  subject  TEXT NOT NULL UNIQUE          -- the random id in the log
) STRICT, WITHOUT ROWID;
CREATE TABLE payload (
  commitment TEXT PRIMARY KEY,           -- base64 of SHA-256(salt || text), as in the log
  what       TEXT NOT NULL,
  salt       BLOB NOT NULL,
  text       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW v_command AS
  SELECT d.seq, d.ts, d.txn, d.did, d.sid, d.device, d.subject, d.ticket, d.verdict, d.body ->> '$.code' AS code,
         d.body ->> '$.class' AS class, d.body ->> '$.cmd' AS command, d.body ->> '$.rules' AS rules,
         -- A doubt that came after the outcome outweighs it.
         coalesce((SELECT r.state FROM entry r WHERE r.did = d.did AND r.kind = 'recovery' ORDER BY r.seq DESC LIMIT 1),
                  o.state, CASE d.verdict WHEN 'deny' THEN 'not_sent' ELSE 'unmatched' END) AS state,
         o.ts AS outcome_ts, o.body ->> '$.bytes' AS bytes, o.body ->> '$.sha256' AS sha256
    FROM entry d LEFT JOIN entry o ON o.did = d.did AND o.kind = 'outcome'
   WHERE d.kind = 'decision';
CREATE VIEW v_denied    AS SELECT * FROM v_command WHERE verdict = 'deny';
CREATE VIEW v_unmatched AS SELECT * FROM v_command WHERE state IN ('unmatched', 'indeterminate');
CREATE VIEW v_session   AS
  SELECT o.sid, o.txn, o.ts AS opened, c.ts AS closed, o.device, o.subject, o.body ->> '$.actor' AS actor,
         c.body ->> '$.code' AS code,
         (SELECT count(*) FROM entry d WHERE d.sid = o.sid AND d.kind = 'decision') AS commands
    FROM entry o LEFT JOIN entry c ON c.sid = o.sid AND c.kind = 'session.close' WHERE o.kind = 'session.open';
