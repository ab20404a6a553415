-- key_list($1 uuid tenant, $2 uuid account) -> id uuid, label text, created_at timestamptz, revoked boolean; any rows
-- class: tenant   lane: write   roles: web owner
SELECT id, label, created_at, revoked_at IS NOT NULL FROM portal.api_key
 WHERE tenant_id = $1::uuid AND account_id = $2::uuid ORDER BY created_at;
