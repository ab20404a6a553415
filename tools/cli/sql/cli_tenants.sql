-- cli_tenants() -> host text, name text, state text, region text; the region's own portal first
-- class: global   lane: write   roles: owner
SELECT h.host, t.name, t.state, r.name AS region
  FROM portal.tenant t
  JOIN portal.host h ON h.tenant_id = t.id AND h.canonical
  JOIN portal.root r ON r.id = t.root_id
 ORDER BY r.name, t.parent_id IS NOT NULL, t.name;
