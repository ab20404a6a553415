-- root_insert($1 uuid id, $2 text name) -> nothing
-- class: global   lane: write   roles: owner
INSERT INTO portal.root (id, name) VALUES ($1::uuid, $2);
