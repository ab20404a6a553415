-- partner_list($1 uuid tenant) -> id uuid, name text, kind text, mode text, state text, slug text, host text, image_id uuid, url text, organisation_id uuid, contact_name text, contact_email text, convention_number text, signed_on date; any rows
-- class: tenant   lane: write   roles: web owner
SELECT p.id, p.name, p.kind, p.mode, p.state, t.slug, h.host, p.image_id, p.url, p.organisation_id, p.contact_name,
       p.contact_email, p.convention_number, p.signed_on
  FROM portal.partner AS p
  LEFT JOIN portal.tenant AS t ON t.id = p.subdomain_id
  LEFT JOIN portal.host AS h ON h.tenant_id = p.subdomain_id AND h.canonical
 WHERE p.tenant_id = $1::uuid
 ORDER BY p.name;
