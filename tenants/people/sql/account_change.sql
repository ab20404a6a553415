-- account_change($1 uuid tenant, $2 uuid id, $3 text role, $4 text state) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
-- No row: it would have left the portal without an active administrator. The lock keeps two changes apart.
WITH admins AS (
    SELECT id FROM portal.account
     WHERE tenant_id = $1::uuid AND role = 'admin' AND state = 'active' AND organisation_id IS NULL
     FOR UPDATE)
UPDATE portal.account AS a
   SET role = coalesce($3, a.role), state = coalesce($4, a.state)
 WHERE a.tenant_id = $1::uuid AND a.id = $2::uuid
   AND ((coalesce($3, a.role) = 'admin' AND coalesce($4, a.state) = 'active')
        OR EXISTS (SELECT FROM admins WHERE admins.id <> a.id))
RETURNING a.id;
