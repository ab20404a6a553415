-- copy_taken($1 uuid target, $2 text dataset_id) -> one int; 0 or 1 row
-- class: tenant   lane: write   roles: worker
SELECT 1 FROM portal.dataset WHERE tenant_id = $1::uuid AND dataset_id = $2;
