-- check_override_revoke($1 uuid tenant, $2 uuid dataset) -> id uuid; any rows
-- class: tenant   lane: write   roles: web owner
-- With the notices of the dashboards: there is nothing left to look at.
WITH gone AS (
    UPDATE portal.check_override SET revoked_at = now() WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND revoked_at IS NULL
    RETURNING id),
told AS (DELETE FROM portal.check_notice WHERE override_id IN (SELECT id FROM gone))
SELECT id FROM gone;
