-- account_signed_in($1 uuid tenant, $2 uuid id) -> nothing
-- class: tenant   lane: write   roles: web
UPDATE portal.account SET failures = 0, locked_until = NULL, last_login_at = now()
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
