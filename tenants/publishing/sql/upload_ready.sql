-- upload_ready($1 uuid tenant, $2 uuid id, $3 uuid version, $4 jsonb report) -> nothing
-- class: tenant   lane: write   roles: worker
UPDATE portal.upload SET state = 'ready', version_id = $3::uuid, report = $4::jsonb, error = NULL, updated_at = now()
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
