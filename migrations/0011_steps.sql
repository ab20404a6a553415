-- 0011 steps: what is done to each file of a dataset before its types, and how many rows its publication left out.
-- Forward only. Locks: portal.dataset and portal.draft, for an instant (constant defaults).
ALTER TABLE portal.dataset ADD COLUMN steps jsonb NOT NULL DEFAULT '[]';              -- core/data/step/step.h
ALTER TABLE portal.dataset ADD COLUMN left_out bigint NOT NULL DEFAULT 0 CHECK (left_out >= 0); -- rows of the file that are not published
ALTER TABLE portal.draft ADD COLUMN steps jsonb;                                      -- NULL: as the dataset
ALTER TABLE portal.draft ADD COLUMN left_out bigint CHECK (left_out >= 0);            -- NULL: as the dataset
