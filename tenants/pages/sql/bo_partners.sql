-- bo_partners($1 uuid tenant) -> id uuid, name text, kind text, mode text, state text, host text, siren text, datasets bigint, contact text, since text, lapsed boolean; at most 1000 rows
-- class: tenant   lane: write   roles: web
-- contact: the one in charge who is well, where there is one. datasets: what its producer shows on the region's portal, copies included.
SELECT p.id, p.name, p.kind, p.mode, p.state, h.host, p.siren,
       (SELECT count(*) FROM portal.dataset AS d
         WHERE d.tenant_id = p.tenant_id AND d.state = 'published'
           AND (d.organisation_id = p.organisation_id OR d.source_tenant_id = p.subdomain_id)),
       coalesce(k.name, k.email), p.created_at::date::text, coalesce(k.lapsed IS NOT NULL, false)
  FROM portal.partner AS p
  LEFT JOIN portal.host AS h ON h.tenant_id = p.subdomain_id AND h.canonical
  LEFT JOIN LATERAL (SELECT x.name, x.email, x.lapsed FROM portal.partner_contact AS x
                      WHERE x.tenant_id = p.tenant_id AND x.partner_id = p.id AND x.until IS NULL
                      ORDER BY x.lapsed IS NOT NULL, x.since DESC, x.id LIMIT 1) AS k ON true
 WHERE p.tenant_id = $1::uuid
 ORDER BY p.name
 LIMIT 1000;
