-- key_list($1 uuid tenant, $2 uuid account, $3 timestamptz now) -> id uuid, label text, made text, ends text, left_days integer, state text; at most 200 rows
-- class: tenant   lane: write   roles: web owner
SELECT id, label, to_char(created_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'), to_char(expires_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'),
       ceil(extract(epoch FROM expires_at - $3::timestamptz) / 86400)::integer,
       CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= $3::timestamptz THEN 'ended'
            WHEN renewed_by IS NOT NULL THEN 'renewed' ELSE 'live' END
  FROM portal.api_key
 WHERE tenant_id = $1::uuid AND account_id = $2::uuid
 ORDER BY created_at DESC, id DESC
 LIMIT 200;
