-- version_columns($1 uuid id) -> columns jsonb, rows bigint, bytes bigint, state text; 0 or 1 row
-- class: global   lane: fast   roles: web worker owner
SELECT columns, rows, bytes, state FROM portal.version WHERE id = $1::uuid;
