-- share_put($1 uuid root, $2 uuid tenant, $3 text metric, $4 bigint reserved, $5 bigint ceiling, $6 uuid by) -> tenant_id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
INSERT INTO portal.share AS s (tenant_id, metric, reserved, ceiling, changed_by)
SELECT t.id, $3, $4::bigint, $5::bigint, $6::uuid
  FROM portal.tenant AS t
 WHERE t.id = $2::uuid AND t.root_id = $1::uuid
ON CONFLICT (tenant_id, metric) DO UPDATE
   SET reserved = excluded.reserved, ceiling = excluded.ceiling, changed_at = now(), changed_by = excluded.changed_by
RETURNING tenant_id;
