-- 0033 opened versions: which versions of a dataset anybody could have kept.
-- Forward only. Runs in one transaction. Locks: portal.dataset_version, for a column with a constant default.
-- Of those from before nothing says it: where the dataset was open once, all that are kept count as open.
ALTER TABLE portal.dataset_version ADD COLUMN opened boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN portal.dataset_version.opened IS 'published while the dataset was open, or opened later; never cleared';
DO $$
DECLARE
    t uuid;
BEGIN
    FOR t IN SELECT id FROM portal.tenant LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', t);
        UPDATE portal.dataset_version AS h SET opened = true
          FROM portal.dataset AS d
         WHERE d.tenant_id = t AND h.tenant_id = t AND h.dataset_id = d.id AND (d.visibility = 'open' OR d.opened_at IS NOT NULL);
    END LOOP;
    SET LOCAL portal.tenant_id = '';
END $$;
