-- session_insert($1 uuid tenant, $2 bytea hash, $3 uuid account, $4 text csrf) -> nothing
-- class: tenant   lane: write   roles: web
INSERT INTO portal.session (tenant_id, hash, account_id, csrf, expires_at)
VALUES ($1::uuid, $2::bytea, $3::uuid, $4, now() + interval '12 hours');
