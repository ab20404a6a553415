-- invite_insert($1 uuid tenant, $2 uuid id, $3 bytea hash, $4 uuid account, $5 text purpose, $6 uuid by, $7 interval lasts) -> nothing
-- class: tenant   lane: write   roles: web owner
INSERT INTO portal.invite (tenant_id, id, hash, account_id, purpose, created_by, expires_at)
VALUES ($1::uuid, $2::uuid, $3::bytea, $4::uuid, $5, $6::uuid, now() + $7::interval);
