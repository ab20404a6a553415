-- partner_lock($1 uuid tenant, $2 uuid partner) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
SELECT id FROM portal.partner WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE;
