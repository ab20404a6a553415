-- cli_partners($1 uuid tenant) -> id uuid, name text, kind text, mode text, population integer, staff integer, contact text, since text, lapsed text; any rows
-- class: tenant   lane: write   roles: owner
SELECT p.id, p.name, p.kind, p.mode, p.population, p.staff, k.email, k.since::text, k.lapsed
  FROM portal.partner AS p
  LEFT JOIN LATERAL (SELECT x.email, x.since, x.lapsed FROM portal.partner_contact AS x
                      WHERE x.tenant_id = p.tenant_id AND x.partner_id = p.id AND x.until IS NULL
                      ORDER BY x.lapsed IS NOT NULL, x.since DESC, x.id LIMIT 1) AS k ON true
 WHERE p.tenant_id = $1::uuid
 ORDER BY p.name;
