-- key_renew($1 uuid tenant, $2 uuid account, $3 uuid key, $4 uuid by, $5 timestamptz now) -> label text; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
-- The old key lives for a week beside the new one, or until its own end. Twice at once: the second finds no row.
UPDATE portal.api_key
   SET renewed_by = $4::uuid, expires_at = least(expires_at, $5::timestamptz + interval '7 days')
 WHERE tenant_id = $1::uuid AND account_id = $2::uuid AND id = $3::uuid AND revoked_at IS NULL AND renewed_by IS NULL
   AND (expires_at IS NULL OR expires_at > $5::timestamptz)
RETURNING label;
