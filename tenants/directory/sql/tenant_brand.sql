-- tenant_brand($1 uuid tenant, $2 text name, $3 jsonb theme) -> nothing
-- class: global   lane: write   roles: web owner
UPDATE portal.tenant SET name = $2, theme = $3::jsonb, generation = generation + 1 WHERE id = $1::uuid;
