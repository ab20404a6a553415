-- source_hold($1 uuid tenant, $2 uuid dataset) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- Nobody closes it, and no file beside it comes or goes, until this transaction ends. A statement of its own: one that waits
-- for a row reads it anew and everything else as it was before the wait, so a new revision would come with the files of the old.
SELECT id FROM portal.dataset WHERE tenant_id = $1::uuid AND id = $2::uuid FOR SHARE;
