-- contact_end($1 uuid tenant, $2 uuid partner, $3 uuid contact, $4 date day) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
-- No row: it is the last one in charge, or none.
UPDATE portal.partner_contact AS k SET until = greatest($4::date, k.since)
 WHERE k.tenant_id = $1::uuid AND k.partner_id = $2::uuid AND k.id = $3::uuid AND k.until IS NULL
   AND EXISTS (SELECT 1 FROM portal.partner_contact AS o
                WHERE o.tenant_id = k.tenant_id AND o.partner_id = k.partner_id AND o.id <> k.id AND o.until IS NULL)
RETURNING k.id;
