-- organisation_insert($1 uuid tenant, $2 uuid id, $3 text slug, $4 text name, $5 text siren, $6 text url, $7 text email, $8 text spatial, $9 text granularity) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.organisation (tenant_id, id, slug, name, siren, url, email, spatial, granularity)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9);
