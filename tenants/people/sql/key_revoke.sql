-- key_revoke($1 uuid tenant, $2 uuid account, $3 uuid id) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
UPDATE portal.api_key SET revoked_at = now()
 WHERE tenant_id = $1::uuid AND account_id = $2::uuid AND id = $3::uuid AND revoked_at IS NULL
RETURNING id;
