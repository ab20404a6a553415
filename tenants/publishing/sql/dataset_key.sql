-- dataset_key($1 uuid tenant, $2 uuid dataset) -> names json; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
SELECT to_json(key_columns) FROM portal.dataset WHERE tenant_id = $1::uuid AND id = $2::uuid;
