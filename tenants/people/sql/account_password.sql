-- account_password($1 uuid tenant, $2 uuid id, $3 text hash) -> nothing
-- class: tenant   lane: write   roles: web owner
UPDATE portal.account SET password_hash = $3, failures = 0, locked_until = NULL
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
