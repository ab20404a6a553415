-- image_by_id($1 uuid tenant, $2 uuid id) -> mime text, bytes bytea; 0 or 1 row
-- class: tenant   lane: fast   roles: web
SELECT mime, bytes FROM portal.image WHERE tenant_id = $1::uuid AND id = $2::uuid;
