-- tenant_by_host($1 text host) -> id uuid, root_id uuid, parent_id uuid, slug text, name text, host text, root_host text, root_tenant uuid; 0 or 1 row
-- class: global   lane: fast   roles: web worker owner
SELECT t.id, t.root_id, t.parent_id, t.slug, t.name, c.host, rh.host, r.id
  FROM portal.host AS h
  JOIN portal.tenant AS t ON t.id = h.tenant_id
  JOIN portal.host AS c ON c.tenant_id = t.id AND c.canonical
  JOIN portal.tenant AS r ON r.root_id = t.root_id AND r.parent_id IS NULL
  JOIN portal.host AS rh ON rh.tenant_id = r.id AND rh.canonical
 WHERE h.host = $1 AND h.retired_at IS NULL;
