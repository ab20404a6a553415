-- contact_lapse($1 uuid tenant, $2 uuid contact, $3 text lapsed) -> nothing
-- class: tenant   lane: write   roles: worker
UPDATE portal.partner_contact SET lapsed = $3 WHERE tenant_id = $1::uuid AND id = $2::uuid;
