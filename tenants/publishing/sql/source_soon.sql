-- source_soon($1 uuid tenant, $2 uuid dataset) -> dataset_id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
UPDATE portal.source SET next_at = now() WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid RETURNING dataset_id;
