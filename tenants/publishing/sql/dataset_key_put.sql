-- dataset_key_put($1 uuid tenant, $2 uuid dataset, $3 jsonb names) -> nothing
-- class: tenant   lane: write   roles: web worker owner
UPDATE portal.dataset SET key_columns = ARRAY(SELECT jsonb_array_elements_text($3::jsonb))
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
