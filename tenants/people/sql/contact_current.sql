-- contact_current($1 uuid tenant) -> id uuid, email text, name text, partner text, subdomain uuid, lapsed text; any rows
-- class: tenant   lane: write   roles: worker
SELECT k.id, k.email, k.name, p.name, p.subdomain_id, k.lapsed, p.id
  FROM portal.partner_contact AS k
  JOIN portal.partner AS p ON p.tenant_id = k.tenant_id AND p.id = k.partner_id
 WHERE k.tenant_id = $1::uuid AND k.until IS NULL AND p.state = 'active';
