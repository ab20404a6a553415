-- bo_draft_there($1 uuid tenant, $2 text dataset_id) -> there boolean; 0 or 1 row
-- class: tenant   lane: fast   roles: web
SELECT true FROM portal.dataset AS d JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2;
