-- pool_lock($1 uuid tenant) -> root_id uuid; 1 row
-- class: global   lane: write   roles: web worker owner
-- The last lock of a publication: two that end at once are counted one after the other.
SELECT p.root_id FROM portal.pool AS p JOIN portal.tenant AS t ON t.root_id = p.root_id
 WHERE t.id = $1::uuid FOR UPDATE OF p;
