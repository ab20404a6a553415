-- bo_account_of($1 uuid tenant, $2 uuid id) -> name text, joined boolean; 0 or 1 row
-- class: tenant   lane: fast   roles: web
SELECT name, password_hash IS NOT NULL FROM portal.account WHERE tenant_id = $1::uuid AND id = $2::uuid;
