-- image_insert($1 uuid tenant, $2 uuid id, $3 text mime, $4 bytea bytes) -> nothing
-- class: tenant   lane: write   roles: web owner
INSERT INTO portal.image (tenant_id, id, mime, bytes) VALUES ($1::uuid, $2::uuid, $3, $4::bytea);
