-- tenant_figures($1 uuid tenant, $2 int population, $3 int staff) -> nothing
-- class: global   lane: write   roles: web owner
UPDATE portal.tenant SET population = $2::integer, staff = $3::integer WHERE id = $1::uuid;
