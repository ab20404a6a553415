-- invite_by_hash($1 uuid tenant, $2 bytea hash) -> id uuid, account_id uuid, purpose text, name text, email text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
SELECT i.id, i.account_id, i.purpose, a.name, a.email
  FROM portal.invite AS i
  JOIN portal.account AS a ON a.tenant_id = i.tenant_id AND a.id = i.account_id
 WHERE i.tenant_id = $1::uuid AND i.hash = $2::bytea AND i.used_at IS NULL AND i.expires_at > now()
   AND a.state = 'active';
