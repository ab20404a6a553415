-- push_forget($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: worker
DELETE FROM portal.push_batch WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND folded_at < now() - interval '30 days';
