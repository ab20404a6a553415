-- bo_people($1 uuid tenant) -> id uuid, name text, email text, role text, state text, organisation text, joined boolean, last_login text, link_ends text, is_region_admin boolean; at most 500 rows
-- class: tenant   lane: write   roles: web
-- link_ends: of the one-time link that is still good.
SELECT a.id, a.name, a.email, a.role, a.state, o.name, a.password_hash IS NOT NULL, a.last_login_at::date::text,
       (SELECT max(i.expires_at)::date::text FROM portal.invite AS i
         WHERE i.tenant_id = a.tenant_id AND i.account_id = a.id AND i.used_at IS NULL AND i.expires_at > now()),
       a.role = 'admin'
  FROM portal.account AS a
  LEFT JOIN portal.organisation AS o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
 WHERE a.tenant_id = $1::uuid
 ORDER BY a.state, a.name
 LIMIT 500;
