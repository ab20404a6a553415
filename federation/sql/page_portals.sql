-- page_portals($1 uuid root) -> host text, name text; any rows
-- class: global   lane: write   roles: web
-- The sub-domains of a region: what its portal may be linked with.
SELECT h.host, t.name
  FROM portal.tenant AS t
  JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
 WHERE t.root_id = $1::uuid AND t.parent_id IS NOT NULL AND t.state = 'active'
 ORDER BY lower(t.name), h.host
 LIMIT 5000;
