-- legal_reason_list($1 uuid tenant, $2 text schema) -> id uuid, said text, schema_name text, own boolean; any
-- class: global   lane: write   roles: web worker owner
-- Those of this schema first. schema absent: all of them.
SELECT l.id, l.said, l.schema_name, l.root_id IS NOT NULL FROM portal.legal_reason AS l
  JOIN portal.tenant AS t ON t.id = $1::uuid AND (l.root_id IS NULL OR l.root_id = t.root_id)
 WHERE l.retired_at IS NULL AND ($2::text IS NULL OR l.schema_name IS NULL OR l.schema_name = $2)
 ORDER BY l.schema_name NULLS LAST, l.added_at, l.id;
