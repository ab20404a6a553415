-- upload_reading($1 uuid tenant, $2 uuid id) -> nothing
-- class: tenant   lane: write   roles: worker
UPDATE portal.upload SET state = 'reading', rows_loaded = NULL, rows_expected = NULL, updated_at = now()
 WHERE tenant_id = $1::uuid AND id = $2::uuid AND state IN ('queued', 'reading');
