-- page_partners($1 uuid tenant) -> name text, mode text, host text, image_id uuid, url text, organisation text; any rows
-- class: tenant   lane: fast   roles: web
-- All active partners of a region with their logos (R53).
SELECT p.name, p.mode, h.host, p.image_id, p.url, o.name
  FROM portal.partner AS p
  LEFT JOIN portal.tenant AS t ON t.id = p.subdomain_id AND t.state = 'active'
  LEFT JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
  LEFT JOIN portal.organisation AS o ON o.tenant_id = p.tenant_id AND o.id = p.organisation_id
 WHERE p.tenant_id = $1::uuid AND p.state = 'active'
 ORDER BY p.mode DESC, p.population DESC NULLS LAST, p.name
 LIMIT 500;
