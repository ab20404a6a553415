-- legal_reason_add($1 uuid id, $2 uuid tenant, $3 text schema, $4 text said, $5 uuid account) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- tenant: the region's own portal; another adds nothing.
INSERT INTO portal.legal_reason (id, root_id, schema_name, said, added_by)
SELECT $1::uuid, t.root_id, $3, $4, $5::uuid FROM portal.tenant AS t WHERE t.id = $2::uuid AND t.parent_id IS NULL
RETURNING id;
