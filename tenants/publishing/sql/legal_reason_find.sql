-- legal_reason_find($1 uuid tenant, $2 uuid id, $3 text schema) -> said text; 0 or 1 row
-- class: global   lane: write   roles: web worker owner
SELECT l.said FROM portal.legal_reason AS l
  JOIN portal.tenant AS t ON t.id = $1::uuid AND (l.root_id IS NULL OR l.root_id = t.root_id)
 WHERE l.id = $2::uuid AND l.retired_at IS NULL AND (l.schema_name IS NULL OR l.schema_name = $3);
