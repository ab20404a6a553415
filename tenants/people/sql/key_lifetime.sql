-- key_lifetime($1 uuid tenant, $2 uuid account, $3 uuid key) -> days integer; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
SELECT round(extract(epoch FROM expires_at - created_at) / 86400)::integer FROM portal.api_key
 WHERE tenant_id = $1::uuid AND account_id = $2::uuid AND id = $3::uuid;
