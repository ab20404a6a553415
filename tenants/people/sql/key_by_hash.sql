-- key_by_hash($1 uuid tenant, $2 bytea hash, $3 timestamptz now) -> account_id uuid, name text, email text, role text, organisation_id uuid, key_id uuid, is_root boolean, is_dpo boolean, ended text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- ended: the day it ended, told to who holds it; NULL: it lives.
SELECT a.id, a.name, a.email, a.role, a.organisation_id, k.id, t.parent_id IS NULL, a.is_dpo,
       CASE WHEN k.expires_at <= $3::timestamptz THEN to_char(k.expires_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD') END
  FROM portal.api_key AS k
  JOIN portal.account AS a ON a.tenant_id = k.tenant_id AND a.id = k.account_id
  JOIN portal.tenant AS t ON t.id = k.tenant_id
 WHERE k.tenant_id = $1::uuid AND k.hash = $2::bytea AND k.revoked_at IS NULL AND a.state = 'active';
