-- doctor_conformity() -> n bigint, names text; 1 row
-- class: global   lane: write   roles: owner
SELECT count(*), string_agg(h.host || CASE WHEN c.missing <> '' THEN ' (' || c.missing || ')' ELSE '' END, ', ' ORDER BY h.host)
  FROM portal.conformity AS c
  JOIN portal.tenant AS t ON t.id = c.tenant_id AND t.state = 'active'
  JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
 WHERE c.missing <> '' OR c.failures >= 2;
