-- key_by_hash($1 uuid tenant, $2 bytea hash) -> account_id uuid, name text, email text, role text, organisation_id uuid, key_id uuid, is_root boolean; 0 or 1 row
-- class: tenant   lane: fast   roles: web
SELECT a.id, a.name, a.email, a.role, a.organisation_id, k.id, t.parent_id IS NULL
  FROM portal.api_key AS k
  JOIN portal.account AS a ON a.tenant_id = k.tenant_id AND a.id = k.account_id
  JOIN portal.tenant AS t ON t.id = k.tenant_id
 WHERE k.tenant_id = $1::uuid AND k.hash = $2::bytea AND k.revoked_at IS NULL
   AND (k.expires_at IS NULL OR k.expires_at > now()) AND a.state = 'active';
