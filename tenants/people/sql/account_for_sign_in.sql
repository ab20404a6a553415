-- account_for_sign_in($1 uuid tenant, $2 text email) -> id uuid, password_hash text, wait_minutes int; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- wait_minutes: above 0 while the account is locked after failures.
SELECT id, password_hash,
       greatest(0, ceil(extract(epoch FROM locked_until - now()) / 60))::integer
  FROM portal.account
 WHERE tenant_id = $1::uuid AND email = $2 AND state = 'active';
