-- 0008 extent: where the rows of a version lie, so that catalogues and search engines can place a dataset.
-- Forward only. Runs in one transaction. Locks: portal.version, for an instant.
ALTER TABLE portal.version ADD COLUMN extent double precision[] CHECK (array_length(extent, 1) = 4); -- west, south, east, north
