-- push_same($1 uuid tenant, $2 uuid dataset, $3 text key, $4 text hash) -> id uuid, same boolean; 0 or 1 row
-- class: tenant   lane: write   roles: web
SELECT id, hash = $4 FROM portal.push_batch WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND key = $3;
