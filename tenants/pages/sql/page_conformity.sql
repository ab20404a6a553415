-- page_conformity($1 uuid root) -> name text, host text, missing text, failures int, looked_s bigint; at most 50 rows
-- class: global   lane: write   roles: web
-- The sub-domains of a region that lack a mandatory block, or do not answer.
SELECT t.name, h.host, c.missing, c.failures, extract(epoch FROM c.looked_at - now())::bigint
  FROM portal.conformity AS c
  JOIN portal.tenant AS t ON t.id = c.tenant_id AND t.state = 'active'
  JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
 WHERE t.root_id = $1::uuid AND (c.missing <> '' OR c.failures >= 2)
 ORDER BY c.missing <> '' DESC, lower(t.name)
 LIMIT 50;
