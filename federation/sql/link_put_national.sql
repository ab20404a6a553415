-- link_put_national($1 uuid id, $2 uuid root, $3 uuid source, $4 uuid peer, $5 text organisation) -> id uuid; 1 row
-- class: global   lane: write   roles: web owner
WITH old AS (
    SELECT id FROM portal.subscription
     WHERE kind = 'national' AND source_tenant_id = $3::uuid AND peer_id = $4::uuid AND dataset_id IS NULL
     ORDER BY state = 'ended', created_at DESC LIMIT 1
), again AS (
    UPDATE portal.subscription AS s SET state = 'active', seeded_at = NULL, organisation = coalesce($5, s.organisation)
      FROM old WHERE s.id = old.id
    RETURNING s.id
), made AS (
    INSERT INTO portal.subscription (id, root_id, kind, source_tenant_id, peer_id, organisation)
    SELECT $1::uuid, $2::uuid, 'national', $3::uuid, $4::uuid, $5 WHERE NOT EXISTS (SELECT FROM old)
    RETURNING id
)
SELECT id FROM again UNION ALL SELECT id FROM made;
