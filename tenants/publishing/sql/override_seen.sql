-- override_seen($1 uuid tenant, $2 uuid id, $3 uuid root, $4 text by) -> dataset_id text; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
UPDATE portal.check_override AS o SET seen_at = coalesce(o.seen_at, now()), seen_by = coalesce(o.seen_by, $4)
  FROM portal.tenant AS t
 WHERE o.tenant_id = $1::uuid AND o.id = $2::uuid AND t.id = o.tenant_id AND t.root_id = $3::uuid
RETURNING coalesce(o.dataset_name, '');
