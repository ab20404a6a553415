-- version_ready($1 uuid id) -> columns jsonb, rows bigint, bytes bigint; 0 or 1 row
-- class: global   lane: fast   roles: web worker owner
SELECT columns, rows, bytes FROM portal.version WHERE id = $1::uuid AND state = 'ready';
