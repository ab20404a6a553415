-- version_thaw($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- What was withdrawn is published again.
UPDATE portal.version SET state = 'ready'
 WHERE state = 'frozen'
   AND id = (SELECT version_id FROM portal.dataset
              WHERE tenant_id = $1::uuid AND id = $2::uuid AND is_origin AND state = 'withdrawn');
