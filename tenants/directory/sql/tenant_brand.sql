-- tenant_brand($1 uuid tenant, $2 text name, $3 jsonb theme) -> nothing
-- class: global   lane: write   roles: web owner
-- The pages of sub-domains show their region's name and logo: theirs are stale as well.
UPDATE portal.tenant
   SET name = CASE WHEN id = $1::uuid THEN $2 ELSE name END,
       theme = CASE WHEN id = $1::uuid THEN $3::jsonb ELSE theme END,
       generation = generation + 1
 WHERE id = $1::uuid OR parent_id = $1::uuid;
