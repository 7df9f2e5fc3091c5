-- The reconciler looks at the few calls whose report is still out. With their last event in the index, every message of a
-- call moved an index entry.
DROP INDEX calls_silent;
CREATE INDEX calls_unreported ON calls (org, id) WHERE life <> 'reported';

-- Raised by every change, so that a webhook proved against a remembered connection is taken in only while that one stands.
ALTER TABLE integrations ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;
