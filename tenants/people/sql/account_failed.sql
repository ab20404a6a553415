-- account_failed($1 uuid tenant, $2 uuid id) -> nothing
-- class: tenant   lane: write   roles: web
-- From the fifth failure on a growing wait: 1, 2, 4 … 64 minutes.
UPDATE portal.account
   SET failures = failures + 1,
       locked_until = CASE WHEN failures >= 4 THEN now() + interval '1 minute' * (2 ^ least(failures - 4, 6)) END
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
