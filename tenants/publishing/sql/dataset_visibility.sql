-- dataset_visibility($1 uuid tenant, $2 uuid id, $3 text visibility) -> nothing
-- class: tenant   lane: write   roles: web worker owner
UPDATE portal.dataset
   SET visibility = $3, revision = revision + 1, metadata_processed = now(),
       opened_at = CASE WHEN $3 = 'open' THEN coalesce(opened_at, now()) ELSE opened_at END
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
