-- upload_progress($1 uuid tenant, $2 uuid id, $3 bigint rows_loaded, $4 bigint rows_expected) -> nothing
-- class: tenant   lane: write   roles: worker
-- In a transaction of its own, beside the one that loads: that shows nothing before it ends.
UPDATE portal.upload SET rows_loaded = $3::bigint, rows_expected = $4::bigint
 WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'reading';
