-- conformity_put($1 uuid tenant, $2 text missing) -> since text; 1 row
-- class: global   lane: write   roles: worker
UPDATE portal.conformity
   SET missing = $2, failures = 0, since = CASE WHEN $2 = '' THEN NULL ELSE coalesce(since, now()) END
 WHERE tenant_id = $1::uuid
RETURNING since;
