-- attachment_delete($1 uuid tenant, $2 uuid dataset, $3 text kind, $4 text id) -> id text; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
DELETE FROM portal.attachment WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND kind = $3 AND id = $4 RETURNING id;
