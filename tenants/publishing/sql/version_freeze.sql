-- version_freeze($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- Withdraws every copy at once, on every portal: they point to the same version. A copy freezes nothing.
UPDATE portal.version SET state = 'frozen'
 WHERE state = 'ready'
   AND id = (SELECT version_id FROM portal.dataset WHERE tenant_id = $1::uuid AND id = $2::uuid AND is_origin);
