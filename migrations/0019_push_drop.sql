-- 0019 push_drop: people take back a batch that does not pass, so that it stops no later one.
-- Forward only. Runs in one transaction. Locks: push_batch, for a moment.

ALTER TABLE portal.push_batch ADD COLUMN dropped_by uuid; -- folded_at is then when; the key stays used
GRANT UPDATE (folded_at, dropped_by, body, error) ON portal.push_batch TO terrasse_web;
