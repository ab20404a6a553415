-- 0042 upload progress: how far the reading of a file is, told while it goes on.
-- Forward only. Locks: portal.upload, for an instant (no default).
ALTER TABLE portal.upload
    ADD COLUMN rows_loaded   bigint CHECK (rows_loaded >= 0),   -- NULL: none is loaded yet, or all are
    ADD COLUMN rows_expected bigint CHECK (rows_expected >= 0); -- as its first reading counted
