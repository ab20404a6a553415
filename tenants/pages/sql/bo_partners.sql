-- bo_partners($1 uuid tenant) -> id uuid, name text, kind text, mode text, state text, host text, siren text, datasets bigint, contact text, since text; at most 1000 rows
-- class: tenant   lane: write   roles: web
-- datasets: what its producer shows on the region's portal, copies included.
SELECT p.id, p.name, p.kind, p.mode, p.state, h.host, p.siren,
       (SELECT count(*) FROM portal.dataset AS d
         WHERE d.tenant_id = p.tenant_id AND d.state = 'published'
           AND (d.organisation_id = p.organisation_id OR d.source_tenant_id = p.subdomain_id)),
       coalesce(p.contact_name, p.contact_email), p.created_at::date::text
  FROM portal.partner AS p
  LEFT JOIN portal.host AS h ON h.tenant_id = p.subdomain_id AND h.canonical
 WHERE p.tenant_id = $1::uuid
 ORDER BY p.name
 LIMIT 1000;
