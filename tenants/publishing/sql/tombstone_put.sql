-- tombstone_put($1 uuid tenant, $2 uuid dataset, $3 text reason, $4 text slug, $5 uuid successor) -> nothing
-- class: global   lane: write   roles: web worker owner
INSERT INTO portal.tombstone (tenant_id, dataset_id, reason, slug, successor) VALUES ($1::uuid, $2::uuid, $3, $4, $5::uuid)
ON CONFLICT (tenant_id, dataset_id) DO UPDATE SET reason = excluded.reason, successor = excluded.successor, at = now();
