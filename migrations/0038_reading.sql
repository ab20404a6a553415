-- 0038 reading: which table of each file of a dataset is read, and how, kept like its steps.
-- Forward only. Locks: portal.dataset and portal.draft, for an instant.
ALTER TABLE portal.dataset ADD COLUMN reading jsonb; -- core/data/intake/reader.h: sheet, member, layer, path, …; NULL: nobody said
ALTER TABLE portal.draft ADD COLUMN reading jsonb;   -- NULL: as the dataset
