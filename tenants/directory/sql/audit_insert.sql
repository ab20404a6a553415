-- audit_insert($1 uuid tenant, $2 uuid id, $3 uuid account, $4 text action, $5 text subject, $6 jsonb detail) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.audit (tenant_id, id, account_id, action, subject, detail)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::jsonb);
