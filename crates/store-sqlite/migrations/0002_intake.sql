-- The reconciler looks at the few calls whose report is still out. With their last event in the index, every message of a
-- call moved an index entry.
DROP INDEX calls_silent;
CREATE INDEX calls_unreported ON calls (org, id) WHERE life <> 'reported';

-- Raised by every change, so that a webhook proved against a remembered connection is taken in only while that one stands.
ALTER TABLE integrations ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;

-- In the order in which they are read: one tree to write for each piece instead of two.
CREATE TABLE segments_in_order (
    org BLOB NOT NULL,
    call BLOB NOT NULL,
    rev INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    text BLOB NOT NULL, -- sealed
    PRIMARY KEY (org, call, rev, started_at, ordinal),
    FOREIGN KEY (org, call) REFERENCES calls (org, id)
) STRICT, WITHOUT ROWID;
INSERT INTO segments_in_order SELECT org, call, rev, ordinal, speaker, started_at, ended_at, text FROM segments;
DROP TABLE segments;
ALTER TABLE segments_in_order RENAME TO segments;
