-- check_notice_put($1 uuid tenant, $2 uuid override) -> root uuid, portal text; 1 row
-- class: global   lane: write   roles: web worker owner
-- root: the region's own portal.
WITH put AS (
    INSERT INTO portal.check_notice (override_id, root_id, tenant_id)
    SELECT $2::uuid, t.root_id, t.id FROM portal.tenant AS t WHERE t.id = $1::uuid
    RETURNING root_id)
SELECT r.id, t.name FROM put
  JOIN portal.tenant AS r ON r.root_id = put.root_id AND r.parent_id IS NULL
  JOIN portal.tenant AS t ON t.id = $1::uuid;
