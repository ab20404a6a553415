-- is_dpo($1 uuid tenant, $2 uuid account) -> is_dpo boolean; 0 or 1 row
-- class: tenant   lane: fast   roles: web owner
SELECT is_dpo FROM portal.account WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'active';
