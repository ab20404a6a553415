-- upload_attach($1 uuid tenant, $2 uuid id, $3 uuid dataset) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- A first file belongs to nobody until the dataset is made; then to that one for good.
UPDATE portal.upload SET dataset_id = $3::uuid, updated_at = now()
 WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'ready' AND (dataset_id IS NULL OR dataset_id = $3::uuid)
RETURNING id;
