-- bo_partner($1 uuid tenant, $2 uuid partner) -> name text, kind text, mode text, host text, siren text, insee text, population integer, staff integer; 0 or 1 row
-- class: tenant   lane: write   roles: web
SELECT p.name, p.kind, p.mode, h.host, p.siren, p.insee, p.population, p.staff
  FROM portal.partner AS p
  LEFT JOIN portal.host AS h ON h.tenant_id = p.subdomain_id AND h.canonical
 WHERE p.tenant_id = $1::uuid AND p.id = $2::uuid;
