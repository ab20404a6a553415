-- push_held($1 uuid tenant, $2 uuid dataset, $3 jsonb error) -> nothing
-- class: tenant   lane: write   roles: worker
UPDATE portal.push_batch SET error = $3::jsonb WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND folded_at IS NULL;
