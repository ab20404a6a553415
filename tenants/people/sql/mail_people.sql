-- mail_people($1 uuid tenant, $2 text recipient) -> email text; any rows
-- class: tenant   lane: write   roles: worker
-- A role means the portal's own people, not those of a direct publisher.
SELECT email FROM portal.account
 WHERE tenant_id = $1::uuid AND state = 'active'
   AND (id::text = $2 OR organisation_id IS NULL
        AND ($2 = 'admins' AND role = 'admin' OR $2 = 'editors' AND role IN ('editor', 'admin') OR $2 = 'dpo' AND is_dpo))
 ORDER BY email;
