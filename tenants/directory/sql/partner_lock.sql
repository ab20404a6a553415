-- partner_lock($1 uuid tenant, $2 uuid partner, $3 timestamptz now) -> today date; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
SELECT ($3::timestamptz AT TIME ZONE 'Europe/Paris')::date FROM portal.partner WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE;
