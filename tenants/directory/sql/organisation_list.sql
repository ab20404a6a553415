-- organisation_list($1 uuid tenant) -> id uuid, slug text, name text, siren text, spatial text, granularity text, url text; any rows
-- class: tenant   lane: write   roles: web worker owner
SELECT id, slug, name, siren, spatial, granularity, url FROM portal.organisation WHERE tenant_id = $1::uuid ORDER BY name;
