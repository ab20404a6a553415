-- push_dataset($1 uuid tenant, $2 uuid dataset) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- Waits for pushes that are not committed yet: their foreign key shares the row.
SELECT id FROM portal.dataset WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE;
