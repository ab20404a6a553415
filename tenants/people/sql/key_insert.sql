-- key_insert($1 uuid tenant, $2 uuid id, $3 bytea hash, $4 uuid account, $5 text label, $6 timestamptz now, $7 integer days) -> nothing
-- class: tenant   lane: write   roles: web owner
INSERT INTO portal.api_key (tenant_id, id, hash, account_id, label, created_at, expires_at)
VALUES ($1::uuid, $2::uuid, $3::bytea, $4::uuid, $5, $6::timestamptz, $6::timestamptz + make_interval(days => $7::integer));
