-- content_claim($1 uuid tenant, $2 text hash, $3 text blob, $4 bigint size) -> blob text; 1 row
-- class: tenant   lane: write   roles: web worker owner
-- The name these bytes are kept under: $3 where they are new. The row is locked, so that no sweep takes it meanwhile.
INSERT INTO portal.content AS c (tenant_id, hash, blob, size_bytes) VALUES ($1::uuid, $2, $3, $4::bigint)
ON CONFLICT (tenant_id, hash) DO UPDATE SET used_at = now()
RETURNING blob;
