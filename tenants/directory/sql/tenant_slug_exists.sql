-- tenant_slug_exists($1 uuid root, $2 text slug) -> one int; 0 or 1 row
-- class: global   lane: fast   roles: web owner
SELECT 1 FROM portal.tenant WHERE root_id = $1::uuid AND slug = $2;
