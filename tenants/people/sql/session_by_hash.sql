-- session_by_hash($1 uuid tenant, $2 bytea hash) -> account_id uuid, name text, email text, role text, organisation_id uuid, csrf text, is_root boolean, is_dpo boolean; 0 or 1 row
-- class: tenant   lane: fast   roles: web
SELECT a.id, a.name, a.email, a.role, a.organisation_id, s.csrf, t.parent_id IS NULL, a.is_dpo
  FROM portal.session AS s
  JOIN portal.account AS a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
  JOIN portal.tenant AS t ON t.id = s.tenant_id
 WHERE s.tenant_id = $1::uuid AND s.hash = $2::bytea AND s.expires_at > now() AND a.state = 'active';
