-- draft_delete($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
DELETE FROM portal.draft WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid;
