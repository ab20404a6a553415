-- share_lock($1 uuid root) -> root_id uuid; 1 row
-- class: global   lane: write   roles: web owner
-- Two changes of shares of one root wait for each other.
SELECT root_id FROM portal.pool WHERE root_id = $1::uuid FOR UPDATE;
