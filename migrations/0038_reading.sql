-- 0038 reading: which table of each file of a dataset is read, and how, kept like its steps.
-- Forward only. Locks: portal.dataset and portal.draft, for an instant (constant default).
ALTER TABLE portal.dataset ADD COLUMN reading jsonb NOT NULL DEFAULT '{}'; -- core/data/intake/reader.h: sheet, member, layer, path, …
ALTER TABLE portal.draft ADD COLUMN reading jsonb;                         -- NULL: as the dataset
