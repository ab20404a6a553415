-- bo_contacts($1 uuid tenant, $2 uuid partner) -> id uuid, name text, email text, since text, until text, lapsed text; at most 100 rows
-- class: tenant   lane: write   roles: web
SELECT id, name, email, since::text, until::text, lapsed
  FROM portal.partner_contact
 WHERE tenant_id = $1::uuid AND partner_id = $2::uuid
 ORDER BY until IS NOT NULL, since DESC, id DESC
 LIMIT 100;
