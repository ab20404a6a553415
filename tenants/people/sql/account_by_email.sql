-- account_by_email($1 uuid tenant, $2 text email) -> id uuid; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
SELECT id FROM portal.account WHERE tenant_id = $1::uuid AND email = $2;
