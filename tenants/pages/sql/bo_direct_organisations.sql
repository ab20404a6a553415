-- bo_direct_organisations($1 uuid tenant) -> id uuid, name text; at most 1000 rows
-- class: tenant   lane: write   roles: web
-- Those whose people may be bound to them: partners that publish directly on this portal.
SELECT o.id, o.name
  FROM portal.partner AS p
  JOIN portal.organisation AS o ON o.tenant_id = p.tenant_id AND o.id = p.organisation_id
 WHERE p.tenant_id = $1::uuid AND p.mode = 'direct' AND p.state = 'active'
 ORDER BY o.name
 LIMIT 1000;
