-- contact_end_all($1 uuid tenant, $2 uuid partner, $3 date day) -> nothing
-- class: tenant   lane: write   roles: web owner
UPDATE portal.partner_contact SET until = greatest($3::date, since)
 WHERE tenant_id = $1::uuid AND partner_id = $2::uuid AND until IS NULL;
