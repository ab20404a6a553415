-- bo_keys($1 uuid tenant, $2 uuid account) -> id uuid, label text, made text, revoked boolean; at most 200 rows
-- class: tenant   lane: write   roles: web
SELECT id, label, created_at::date::text, revoked_at IS NOT NULL
  FROM portal.api_key
 WHERE tenant_id = $1::uuid AND account_id = $2::uuid
 ORDER BY created_at DESC
 LIMIT 200;
