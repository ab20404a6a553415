-- copy_hold($1 uuid target, $2 uuid source_tenant, $3 uuid source) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- Nobody closes or withdraws the copy while it is looked at and written.
SELECT id FROM portal.dataset
 WHERE tenant_id = $1::uuid AND NOT is_origin AND source_tenant_id = $2::uuid AND source_id = $3::uuid FOR UPDATE;
