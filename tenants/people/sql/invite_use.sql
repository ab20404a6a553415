-- invite_use($1 uuid tenant, $2 bytea hash, $3 text password_hash) -> account_id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- Once only; the person's other sessions end with the old password.
WITH used AS (
    UPDATE portal.invite SET used_at = now()
     WHERE tenant_id = $1::uuid AND hash = $2::bytea AND used_at IS NULL AND expires_at > now()
    RETURNING account_id),
closed AS (
    DELETE FROM portal.session WHERE tenant_id = $1::uuid AND account_id IN (SELECT account_id FROM used))
UPDATE portal.account SET password_hash = $3, failures = 0, locked_until = NULL
 WHERE tenant_id = $1::uuid AND id IN (SELECT account_id FROM used) AND state = 'active'
RETURNING id;
