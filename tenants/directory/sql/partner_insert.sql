-- partner_insert($1 uuid tenant, $2 uuid id, $3 text name, $4 text kind, $5 text mode, $6 uuid subdomain, $7 uuid organisation, $8 text siren, $9 text insee, $10 int population, $11 text url, $12 text convention_number, $13 date signed_on, $14 text contact_name, $15 text contact_email, $16 uuid image) -> nothing
-- class: tenant   lane: write   roles: web owner
INSERT INTO portal.partner (tenant_id, id, name, kind, mode, subdomain_id, organisation_id, siren, insee, population,
                            url, convention_number, signed_on, contact_name, contact_email, image_id)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::uuid, $7::uuid, $8, $9, $10::integer, $11, $12, $13::date, $14, $15, $16::uuid);
