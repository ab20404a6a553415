-- host_insert($1 text host, $2 uuid tenant, $3 boolean canonical) -> nothing
-- class: global   lane: write   roles: web owner
INSERT INTO portal.host (host, tenant_id, canonical) VALUES ($1, $2::uuid, $3::boolean);
