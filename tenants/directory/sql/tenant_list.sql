-- tenant_list($1 uuid root) -> id uuid, slug text, name text, host text, state text, is_root boolean; any rows
-- class: global   lane: write   roles: web worker owner
-- $1 absent: the tenants of every root.
SELECT t.id, t.slug, t.name, h.host, t.state, t.parent_id IS NULL
  FROM portal.tenant AS t
  JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
 WHERE $1::uuid IS NULL OR t.root_id = $1::uuid
 ORDER BY t.root_id, t.parent_id IS NOT NULL, t.slug;
