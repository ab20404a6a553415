-- tombstone_put($1 uuid tenant, $2 uuid dataset, $3 text reason, $4 text slug) -> nothing
-- class: global   lane: write   roles: web worker owner
INSERT INTO portal.tombstone (tenant_id, dataset_id, reason, slug) VALUES ($1::uuid, $2::uuid, $3, $4)
ON CONFLICT (tenant_id, dataset_id) DO NOTHING;
