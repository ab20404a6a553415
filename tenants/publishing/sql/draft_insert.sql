-- draft_insert($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- A draft begins as what is published now.
INSERT INTO portal.draft (tenant_id, dataset_id, metas, fields)
SELECT tenant_id, id, metas, fields FROM portal.dataset WHERE tenant_id = $1::uuid AND id = $2::uuid
ON CONFLICT (tenant_id, dataset_id) DO NOTHING;
