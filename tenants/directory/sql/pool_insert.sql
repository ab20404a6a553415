-- pool_insert($1 uuid root) -> nothing
-- class: global   lane: write   roles: owner
INSERT INTO portal.pool (root_id) VALUES ($1::uuid);
