-- link_put($1 uuid id, $2 uuid root, $3 text kind, $4 uuid source, $5 uuid target, $6 uuid dataset, $7 text row_filter) -> id uuid; 1 row
-- class: global   lane: write   roles: web owner
-- One that was there before begins again: its copies keep their rows and addresses.
WITH old AS (
    SELECT id FROM portal.subscription
     WHERE kind = $3 AND source_tenant_id = $4::uuid AND target_tenant_id = $5::uuid
       AND dataset_id IS NOT DISTINCT FROM $6::uuid
     ORDER BY state = 'ended', created_at DESC LIMIT 1
), again AS (
    UPDATE portal.subscription AS s SET state = 'active', seeded_at = NULL, row_filter = $7
      FROM old WHERE s.id = old.id
    RETURNING s.id
), made AS (
    INSERT INTO portal.subscription (id, root_id, kind, source_tenant_id, target_tenant_id, dataset_id, row_filter)
    SELECT $1::uuid, $2::uuid, $3, $4::uuid, $5::uuid, $6::uuid, $7 WHERE NOT EXISTS (SELECT FROM old)
    RETURNING id
)
SELECT id FROM again UNION ALL SELECT id FROM made;
