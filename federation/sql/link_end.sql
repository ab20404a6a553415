-- link_end($1 uuid id, $2 uuid tenant) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- $2: the portal that asks, at either end; absent: the operator.
UPDATE portal.subscription SET state = 'ended', seeded_at = NULL
 WHERE id = $1::uuid AND state <> 'ended'
   AND ($2::uuid IS NULL OR $2::uuid IN (source_tenant_id, target_tenant_id))
RETURNING id;
