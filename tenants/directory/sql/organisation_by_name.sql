-- organisation_by_name($1 uuid tenant, $2 text name) -> id uuid, slug text, name text; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
SELECT id, slug, name FROM portal.organisation WHERE tenant_id = $1::uuid AND name = $2 ORDER BY id LIMIT 1;
