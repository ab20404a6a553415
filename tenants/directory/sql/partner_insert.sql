-- partner_insert($1 uuid tenant, $2 uuid id, $3 text name, $4 text kind, $5 text mode, $6 uuid subdomain, $7 uuid organisation, $8 text siren, $9 text insee, $10 int population, $11 int staff, $12 text url, $13 text convention_number, $14 date signed_on, $15 uuid image) -> nothing
-- class: tenant   lane: write   roles: web owner
INSERT INTO portal.partner (tenant_id, id, name, kind, mode, subdomain_id, organisation_id, siren, insee, population, staff,
                            url, convention_number, signed_on, image_id)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::uuid, $7::uuid, $8, $9, $10::integer, $11::integer, $12, $13, $14::date, $15::uuid);
