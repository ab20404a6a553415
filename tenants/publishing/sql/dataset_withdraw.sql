-- dataset_withdraw($1 uuid tenant, $2 uuid id, $3 text reason) -> nothing
-- class: tenant   lane: write   roles: web worker owner
UPDATE portal.dataset
   SET state = 'withdrawn', revision = revision + 1, withdrawn_at = now(), withdrawn_reason = $3
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
