-- invite_retire($1 uuid tenant, $2 uuid account) -> nothing
-- class: tenant   lane: write   roles: web owner
-- Sending again makes the older link useless.
UPDATE portal.invite SET used_at = now() WHERE tenant_id = $1::uuid AND account_id = $2::uuid AND used_at IS NULL;
