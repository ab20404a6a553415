-- dataset_lock($1 uuid tenant, $2 text dataset_id) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- Nothing but the lock: what is read in the statement that waited for it is, but for the locked row, as it was before the wait.
SELECT id FROM portal.dataset WHERE tenant_id = $1::uuid AND dataset_id = $2 FOR UPDATE;
