-- legal_reason_retire($1 uuid id, $2 uuid tenant) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- The region's own; what was said with it stays said.
UPDATE portal.legal_reason AS l SET retired_at = now()
  FROM portal.tenant AS t
 WHERE t.id = $2::uuid AND t.parent_id IS NULL AND l.root_id = t.root_id AND l.id = $1::uuid AND l.retired_at IS NULL
RETURNING l.id;
