-- account_password($1 uuid tenant, $2 uuid id, $3 text hash) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: owner
-- Open links and the person's sessions end with the old password.
WITH closed AS (
    DELETE FROM portal.session WHERE tenant_id = $1::uuid AND account_id = $2::uuid),
retired AS (
    UPDATE portal.invite SET used_at = now() WHERE tenant_id = $1::uuid AND account_id = $2::uuid AND used_at IS NULL)
UPDATE portal.account SET password_hash = $3, failures = 0, locked_until = NULL
 WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'active'
RETURNING id;
