-- draft_held($1 uuid tenant, $2 uuid dataset) -> diff jsonb; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
-- The difference that holds the draft back.
SELECT diff FROM portal.draft
 WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND version_id IS NOT NULL AND diff @> '{"held": true}';
