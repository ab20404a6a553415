-- bo_brand_put($1 uuid tenant, $2 jsonb theme) -> nothing
-- class: global   lane: write   roles: web
UPDATE portal.tenant SET theme = $2::jsonb, generation = generation + 1 WHERE id = $1::uuid;
