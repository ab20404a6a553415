-- contact_insert($1 uuid tenant, $2 uuid id, $3 uuid partner, $4 text name, $5 text email, $6 date since) -> nothing
-- class: tenant   lane: write   roles: web owner
INSERT INTO portal.partner_contact (tenant_id, id, partner_id, name, email, since)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::date);
