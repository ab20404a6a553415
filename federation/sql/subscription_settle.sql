-- subscription_settle() -> id uuid, kind text, state text, source_tenant_id uuid, target_tenant_id uuid; 0 or 1 row
-- class: global   lane: write   roles: worker
-- A link that is new, begun again or ended is compared with its source at once, every other one each hour.
UPDATE portal.subscription AS s
   SET seeded_at = now()
  FROM (SELECT id FROM portal.subscription
         WHERE state <> 'requested' AND seeded_at IS NULL
            OR state = 'active' AND seeded_at < now() - interval '1 hour'
         ORDER BY seeded_at NULLS FIRST, created_at
         LIMIT 1 FOR UPDATE SKIP LOCKED) AS pick
 WHERE s.id = pick.id
RETURNING s.id, s.kind, s.state, s.source_tenant_id, s.target_tenant_id;
