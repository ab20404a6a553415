-- upload_published($1 uuid tenant, $2 uuid dataset, $3 uuid version) -> nothing
-- class: tenant   lane: write   roles: web worker owner
UPDATE portal.upload SET state = 'published', updated_at = now()
 WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND version_id = $3::uuid AND state = 'ready';
