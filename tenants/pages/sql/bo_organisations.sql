-- bo_organisations($1 uuid tenant) -> id uuid, name text; at most 1000 rows
-- class: tenant   lane: write   roles: web
SELECT id, name FROM portal.organisation WHERE tenant_id = $1::uuid ORDER BY name LIMIT 1000;
