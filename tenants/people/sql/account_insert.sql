-- account_insert($1 uuid tenant, $2 uuid id, $3 text email, $4 text name, $5 text role, $6 uuid organisation) -> nothing
-- class: tenant   lane: write   roles: web owner
INSERT INTO portal.account (tenant_id, id, email, name, role, organisation_id)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::uuid);
