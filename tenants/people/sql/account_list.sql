-- account_list($1 uuid tenant) -> id uuid, email text, name text, role text, state text, organisation text, joined boolean, last_login_at timestamptz; any rows
-- class: tenant   lane: write   roles: web owner
SELECT a.id, a.email, a.name, a.role, a.state, o.name, a.password_hash IS NOT NULL, a.last_login_at
  FROM portal.account AS a
  LEFT JOIN portal.organisation AS o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
 WHERE a.tenant_id = $1::uuid
 ORDER BY a.name;
