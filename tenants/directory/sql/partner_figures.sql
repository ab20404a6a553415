-- partner_figures($1 uuid tenant, $2 uuid partner, $3 int population, $4 int staff) -> subdomain uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
UPDATE portal.partner SET population = $3::integer, staff = $4::integer
 WHERE tenant_id = $1::uuid AND id = $2::uuid RETURNING subdomain_id;
